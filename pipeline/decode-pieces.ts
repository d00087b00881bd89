import { OrchestratorError } from './errors.ts'

/** The text of a file that comes piece by piece. A byte order mark is dropped; what is not UTF-8 is an `invalid-request`. */
export async function* decodePieces(pieces: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const piece of pieces) {
      const text = decoder.decode(piece, { stream: true })
      if (text !== '') yield text
    }
    const rest = decoder.decode()
    if (rest !== '') yield rest
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new OrchestratorError('invalid-request', `"${path}" is not UTF-8 text.`, {
      fix: 'Save it as UTF-8, or read it as bytes.',
      cause,
      retryable: false,
    })
  }
}

/** The lines of a text that comes piece by piece, in groups as they are complete, with the number of the first (from 1). */
export async function* linesOfPieces(
  pieces: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<{ lines: string[]; first: number }> {
  let open = ''
  let first = 1
  for await (const piece of pieces) {
    const lines = (open + piece).split('\n')
    open = lines.pop() ?? ''
    if (lines.length > 0) yield { lines, first }
    first += lines.length
  }
  if (open !== '') yield { lines: [open], first }
}
