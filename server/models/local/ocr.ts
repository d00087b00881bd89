import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createWorker, OEM, type Worker } from 'tesseract.js'
import { OrchestratorError } from '#pipeline/errors.ts'

const require = createRequire(import.meta.url)
let current: { language: string; worker: Promise<Worker> } | undefined
let queue: Promise<unknown> = Promise.resolve()

/** The folder of a language's data, which is an npm package; nothing is ever downloaded. */
function dataFolder(language: string): string {
  try {
    if (!/^[a-z]{3}(_[a-z]+)?$/.test(language)) throw new RangeError(language)
    return join(dirname(require.resolve(`@tesseract.js-data/${language}/package.json`)), '4.0.0_best_int')
  } catch (cause) {
    throw new OrchestratorError(
      'invalid-request',
      `There is no OCR data for the language "${language}"; "eng" is built in`,
      {
        cause,
        retryable: false,
      },
    )
  }
}

async function startWorker(language: string): Promise<Worker> {
  const langPath = dataFolder(language)
  if (current && current.language !== language) await stopWorker()
  current ??= {
    language,
    worker: createWorker(language, OEM.LSTM_ONLY, {
      langPath,
      cacheMethod: 'none',
      gzip: true,
      // The default handler writes to the console; the rejected promise says the same.
      errorHandler: () => undefined,
    }),
  }
  return current.worker
}

async function stopWorker(): Promise<void> {
  const stopping = current
  current = undefined
  if (stopping) await (await stopping.worker).terminate()
}

const signatures = [
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x42, 0x4d],
  [0x47, 0x49, 0x46],
  [0x52, 0x49, 0x46, 0x46],
  [0x49, 0x49, 0x2a, 0x00],
  [0x4d, 0x4d, 0x00, 0x2a],
]

/** A picture under way can be interrupted only by ending the recogniser; the next picture starts it again. */
async function recognizeUntilAborted(image: Uint8Array, language: string, signal: AbortSignal) {
  const worker = await startWorker(language)
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => {
    void stopWorker()
    aborted.reject(new Error('The recognition was aborted'))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    signal.throwIfAborted()
    const { data } = await Promise.race([worker.recognize(Buffer.from(image)), aborted.promise])
    return { text: data.text.trim(), confidence: Math.round(data.confidence) / 100 }
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** The text in a picture and how sure the recogniser is, from 0 to 1. */
export function recognizeText(
  image: Uint8Array,
  language: string,
  signal: AbortSignal,
): Promise<{ text: string; confidence: number }> {
  // One picture at a time: the recogniser keeps the current one as its state.
  const work = queue.then(() => {
    signal.throwIfAborted()
    // Tesseract aborts its whole thread on bytes that are no picture.
    if (!signatures.some((bytes) => bytes.every((byte, index) => image[index] === byte))) {
      throw new OrchestratorError('invalid-request', 'The file is not a PNG, JPEG, BMP, GIF, WebP or TIFF picture', {
        retryable: false,
      })
    }
    return recognizeUntilAborted(image, language, signal)
  })
  queue = work.catch(() => undefined)
  return work
}
