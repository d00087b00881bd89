import { createHash } from 'node:crypto'
import { OrchestratorError } from '#pipeline/errors.ts'

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Anything else is no hash of ours, and must not become a path. */
export const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

/** The error for a hash that a store does not have. */
export function missingBlob(hash: string, place: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError('value-missing', `There is no stored value ${hash || '(empty)'} in ${place}.`, {
    fix: 'It was removed by the retention rules, or lost. Run the pipeline again to have it anew.',
    cause,
    retryable: false,
  })
}

/** The bytes, unless they are not those that were stored under the hash. */
export function checkedBlob(hash: string, bytes: Uint8Array, place: string): Uint8Array {
  if (hashOf(bytes) === hash) return bytes
  const message = `The stored value ${hash} in ${place} is damaged: its ${bytes.length} bytes have another hash.`
  throw new OrchestratorError('internal', message, { retryable: false })
}
