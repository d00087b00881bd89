import { APICallError, RetryError } from 'ai'
import { OrchestratorError } from '#pipeline/errors.ts'
import { retryAfterMs } from '#pipeline/retry-after.ts'
import type { ResolvedConnection } from '#server/secrets/connection.ts'
import { providers } from './providers/providers.ts'

/** Which call failed. */
export interface FailedCall {
  connection: ResolvedConnection
  /** Absent when the list of models was asked for. */
  model?: string
}

const settings = 'Settings > Connections'

/** Undici puts the reason of "fetch failed" (ECONNREFUSED ...) into the cause, sometimes two deep. */
function findCause(error: unknown, matches: (candidate: Error & { code?: string }) => boolean): Error | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth += 1) {
    if (matches(at)) return at
    if (at instanceof AggregateError && at.errors.length > 0) {
      const found = findCause(at.errors[0], matches)
      if (found) return found
    }
  }
  return undefined
}

/** The provider's own sentence: all of them answer `{ error: { message } }` or `{ error: "..." }`. */
function readMessage(error: APICallError): string {
  try {
    const body = JSON.parse(error.responseBody ?? '') as { error?: { message?: unknown } | string; message?: unknown }
    const message = typeof body.error === 'string' ? body.error : (body.error?.message ?? body.message)
    if (typeof message === 'string' && message) return message
  } catch {
    // Not JSON: a proxy's page. The status says enough.
  }
  return error.message
}

function describeFix(status: number | undefined, message: string, { connection, model }: FailedCall): string {
  const { title } = providers[connection.provider]
  if (status === 401 || status === 403) {
    return connection.apiKey
      ? `Check the key of "${connection.name}" in ${settings}.`
      : `Add a key for "${connection.name}" in ${settings}.`
  }
  if (status === 404) {
    return model
      ? `Pick a model that ${title} offers, or check the address of "${connection.name}" in ${settings}.`
      : `Check the address of "${connection.name}" in ${settings}.`
  }
  if (status === 429) {
    return /quota|credit|billing/i.test(message)
      ? `Check the plan and billing of your ${title} account.`
      : 'Give the step a retry policy, and a limit (such as 60/m) that it shares with other steps.'
  }
  if (status && status >= 500)
    return 'The provider has a problem of its own: try again, or set a retry policy on the step.'
  return 'Check the settings of the step.'
}

/** Google says it in the body, the others in a header. */
function askedBy({ responseHeaders = {}, responseBody }: APICallError): number | undefined {
  const fromBody = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(responseBody ?? '')?.[1]
  const asked = retryAfterMs((name) => responseHeaders[name])
  return asked ?? (fromBody === undefined ? undefined : Math.ceil(Number(fromBody) * 1_000))
}

const requestIdHeaders = ['request-id', 'x-request-id', 'x-goog-request-id']

/** Turns whatever the SDK or fetch threw into `model-failed` with status, the provider's sentence and what to do; an abort is `step-cancelled`. */
export function toProviderError(thrown: unknown, call: FailedCall): OrchestratorError {
  const error = RetryError.isInstance(thrown) ? thrown.lastError : thrown
  const { connection, model } = call
  const { title } = providers[connection.provider]
  const name = connection.name === connection.provider ? title : `"${connection.name}"`
  const who = model ? `${name} (${model})` : name
  // A server that echoes the request must not put the key into a message that people see.
  const redact = (text: string) => (connection.apiKey ? text.replaceAll(connection.apiKey, '***') : text)
  const details = { provider: connection.provider, connection: connection.name, ...(model ? { model } : {}) }

  const known = findCause(error, (candidate) => candidate instanceof OrchestratorError)
  if (known instanceof OrchestratorError) return known

  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 400) {
    const status = error.statusCode
    const message = redact(readMessage(error))
    const requestId = requestIdHeaders.map((name) => error.responseHeaders?.[name]).find(Boolean)
    const fix = describeFix(status, message, call)
    const askedMs = askedBy(error)
    const outOfQuota = status === 429 && fix.includes('billing')
    return new OrchestratorError('model-failed', `${who} answered ${status}${message ? `: ${message}` : ''}`, {
      fix,
      retryable: (status === 408 || status === 409 || status === 429 || status >= 500) && !outOfQuota,
      details: {
        ...details,
        status,
        ...(askedMs === undefined ? {} : { retryAfterMs: askedMs }),
        ...(requestId ? { requestId } : {}),
        ...(status === 401 || status === 403 ? { action: 'open-settings' } : {}),
      },
    })
  }
  if (findCause(error, (candidate) => candidate.name === 'TimeoutError')) {
    return new OrchestratorError('model-failed', `${who} did not answer in time`, {
      fix: 'Try again, ask for a shorter answer, or give the step a retry policy.',
      details,
      cause: error,
    })
  }
  if (findCause(error, (candidate) => candidate.name === 'AbortError')) {
    return new OrchestratorError('step-cancelled', 'The request to the model was cancelled', {
      details,
      retryable: false,
    })
  }
  const network = findCause(
    error,
    (candidate) => typeof candidate.code === 'string' && /^[A-Z_]+$/.test(candidate.code),
  )
  const address = connection.baseUrl ?? providers[connection.provider].defaultBaseUrl ?? ''
  if (network || findCause(error, (candidate) => candidate.message === 'fetch failed')) {
    const reason = (network as { code?: string } | undefined)?.code ?? 'no connection'
    if (reason === 'UND_ERR_SOCKET' || reason === 'ECONNRESET') {
      return new OrchestratorError(
        'model-failed',
        `The connection to ${who} broke off before the answer was complete`,
        {
          fix: 'Try again, or set a retry policy on the step.',
          details: { ...details, reason },
          cause: error,
        },
      )
    }
    return new OrchestratorError('model-failed', `${who} cannot be reached at ${address} (${reason})`, {
      fix:
        connection.provider === 'openai-compatible'
          ? 'Start the server, or correct its address.'
          : 'Check the network.',
      details: { ...details, reason },
      cause: error,
    })
  }
  const message = redact(error instanceof Error ? error.message : String(error))
  return new OrchestratorError('model-failed', `${who} failed: ${message}`, {
    fix: 'Check the settings of the step, or pick another model.',
    details,
    cause: error,
  })
}
