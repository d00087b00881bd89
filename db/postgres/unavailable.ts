import { OrchestratorError } from '#pipeline/errors.ts'

/** Server errors that mean "the connection is gone" or "not now": shutdown, crash, start-up, too many connections. */
const connectionStates = /^(08|57P0[1-3]|53300)/
const socketErrors = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT)$/
const driverMessages =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying|Client was closed)/

/** Whether an error of the driver says that the connection was lost or not made, so that trying again may help. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof OrchestratorError) return error.code === 'database-unavailable'
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && (connectionStates.test(code) || socketErrors.test(code))) return true
  return driverMessages.test(error.message)
}

/** The error as people should see it: where it tried to connect (never the password), and what to check. */
export function toUnavailable(url: string, cause: unknown): OrchestratorError {
  const reason = cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : String(cause)
  return new OrchestratorError('database-unavailable', `cannot reach PostgreSQL at ${placeOf(url)}: ${reason}`, {
    cause,
    fix: 'Check that the server runs and that DATABASE_URL is right, e.g. postgres://user:password@localhost:5432/orchestrator. Without DATABASE_URL an embedded database is used.',
  })
}

function placeOf(url: string): string {
  try {
    const { host, pathname, searchParams } = new URL(url)
    return `${host || searchParams.get('host') || 'localhost'}${pathname}`
  } catch {
    return 'the address in DATABASE_URL (which is not a valid URL)'
  }
}
