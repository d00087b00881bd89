import { readFile } from 'node:fs/promises'
import { OrchestratorError } from '#pipeline/errors.ts'

/** The text of a file named on the command line; one that cannot be read is an `invalid-request`. */
export async function readPipelineFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const reason =
      code === 'ENOENT' ? 'There is no file' : code === 'EISDIR' ? 'This is a folder, not a file:' : 'Cannot read'
    throw new OrchestratorError('invalid-request', `${reason} ${file}.`, { cause })
  }
}
