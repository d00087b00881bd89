import { OrchestratorError } from '#pipeline/errors.ts'

/** The same error with its field path below `field`. */
export function withField(error: unknown, field: string): unknown {
  if (!(error instanceof OrchestratorError)) return error
  const { code, message, field: inner, ...place } = error.info
  const whole = inner ? `${field}${inner.startsWith('[') ? '' : '.'}${inner}` : field
  return new OrchestratorError(code, message, { ...place, field: whole, cause: error, retryable: error.retryable })
}
