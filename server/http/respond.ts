import type { ServerResponse } from 'node:http'
import { OrchestratorError, toErrorInfo, type ErrorCode } from '#pipeline/errors.ts'

const statuses: Partial<Record<ErrorCode, number>> = {
  'not-found': 404,
  'file-not-found': 404,
  'not-allowed': 403,
  conflict: 409,
  'not-waiting': 409,
  'file-too-large': 413,
  'database-unavailable': 503,
  internal: 500,
}

/** Answers with JSON; does nothing to the body when the answer has begun. */
export function respondJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

/** Answers with a sentence. */
export function respondText(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end(`${message}\n`)
}

/** Answers `{ error: ErrorInfo }` with a fitting status; what is not one of our errors stays in the log. */
export function respondError(response: ServerResponse, error: unknown): void {
  if (error instanceof OrchestratorError) {
    respondJson(response, statuses[error.code] ?? 400, { error: toErrorInfo(error) })
    return
  }
  console.error(error)
  respondJson(response, 500, { error: { code: 'internal', message: 'Something went wrong on the server.' } })
}
