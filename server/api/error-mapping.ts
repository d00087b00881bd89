import { TRPCError } from '@trpc/server'
import { OrchestratorError, type ErrorCode } from '#pipeline/errors.ts'

const trpcCodes: Partial<Record<ErrorCode, TRPCError['code']>> = {
  'not-found': 'NOT_FOUND',
  'file-not-found': 'NOT_FOUND',
  'not-allowed': 'FORBIDDEN',
  conflict: 'CONFLICT',
  'not-waiting': 'CONFLICT',
  'file-too-large': 'PAYLOAD_TOO_LARGE',
  'database-unavailable': 'SERVICE_UNAVAILABLE',
  internal: 'INTERNAL_SERVER_ERROR',
}

/** The tRPC error for anything a procedure threw; ours keep their message and, as `cause`, their facts. */
export function toTrpcError(error: unknown): TRPCError {
  if (error instanceof TRPCError && !(error.cause instanceof OrchestratorError)) {
    return error.code === 'INTERNAL_SERVER_ERROR' ? internalError(error.cause ?? error) : error
  }
  const cause = error instanceof TRPCError ? error.cause : error
  if (!(cause instanceof OrchestratorError)) return internalError(cause)
  return new TRPCError({ code: trpcCodes[cause.code] ?? 'BAD_REQUEST', message: cause.message, cause })
}

/** A defect of ours: the browser learns that it happened, the log has the rest (SQL and paths stay here). */
function internalError(cause: unknown): TRPCError {
  return new TRPCError({
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Something went wrong on the server. The terminal it runs in shows the details.',
    cause: new OrchestratorError('internal', 'Something went wrong on the server.', { cause }),
  })
}
