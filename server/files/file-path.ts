import { OrchestratorError } from '#pipeline/errors.ts'

const maxPathBytes = 1024
const maxNameBytes = 255
// Control characters, and what Windows and shells cannot hold in a name.
const forbiddenCharacters = /[\p{Cc}<>:"|?*\\]/u
const encoder = new TextEncoder()

/** The one way to write a store path: relative, `/` between names, NFC; throws `path-outside` or `invalid-request`. */
export function normalizeFilePath(path: string): string {
  const normalized = path.normalize('NFC')
  const shown = JSON.stringify(path.length > 120 ? `${path.slice(0, 120)}…` : path)
  const example = 'Use a path inside the workspace, such as reports/june.csv.'
  if (normalized.startsWith('/') || normalized.startsWith('~') || /^[A-Za-z]:/.test(normalized)) {
    throw new OrchestratorError('path-outside', `The path ${shown} is absolute.`, { fix: example, retryable: false })
  }
  const names = normalized.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) {
    throw new OrchestratorError('path-outside', `The path ${shown} goes up with "..".`, {
      fix: example,
      retryable: false,
    })
  }
  const refuse = (reason: string) =>
    new OrchestratorError('invalid-request', `The path ${shown} ${reason}.`, { fix: example, retryable: false })
  if (names.length === 0) throw refuse('names no file')
  if (normalized.endsWith('/')) throw refuse('ends with "/", so it names a folder')
  for (const name of names) {
    if (forbiddenCharacters.test(name)) throw refuse('holds a character that file names cannot have')
    if (/[. ]$/.test(name)) throw refuse('has a name that ends with a dot or a space')
    if (!name.isWellFormed()) throw refuse('is not valid Unicode')
    if (encoder.encode(name).length > maxNameBytes) throw refuse(`has a name longer than ${maxNameBytes} bytes`)
  }
  const joined = names.join('/')
  if (encoder.encode(joined).length > maxPathBytes) throw refuse(`is longer than ${maxPathBytes} bytes`)
  return joined
}
