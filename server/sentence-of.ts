import { OrchestratorError } from '#pipeline/errors.ts'

/** What a terminal shows of a failure: our errors as sentences (what failed, then what to do), null for any other. */
export function sentenceOf(error: unknown): string | null {
  if (!(error instanceof OrchestratorError)) return null
  return [error.message, error.info.fix]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => {
      const text = String(part)
      return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?:]$|`$/.test(text) ? '' : '.'}`
    })
    .join(' ')
}
