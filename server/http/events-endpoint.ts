import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { can } from '#server/auth/can.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { WaitService } from '#server/services.ts'
import { respondError, respondJson } from './respond.ts'

const prefix = '/api/events/'
/** An event says what has happened; large things belong in files. */
const payloadLimit = 1_000_000

/**
 * Serves POST `/api/events/<name>?key=<key>`: the JSON body, if any, is the payload; `Idempotency-Key` makes an event sent twice
 * one. Answers 202 with `{ id, reached }`.
 */
export function createEventsEndpoint(options: {
  waits: Pick<WaitService, 'sendEvent'>
  scope: Scope
}): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { waits, scope } = options
  return async (request, response) => {
    try {
      if (request.method !== 'POST') {
        response.setHeader('allow', 'POST')
        const message = `${request.method} is not possible here: events are sent with POST.`
        return respondJson(response, 405, { error: { code: 'invalid-request', message } })
      }
      if (!can(scope, 'run')) {
        throw new OrchestratorError('not-allowed', `Your role (${scope.role}) does not allow sending events.`)
      }
      const url = new URL(request.url ?? '/', 'http://localhost')
      const name = nameIn(url)
      const key = url.searchParams.get('key')
      const id = request.headers['idempotency-key']
      const payload = await readPayload(request)
      const receipt = await waits.sendEvent(scope, {
        name,
        ...(key === null ? {} : { key }),
        ...(payload === undefined ? {} : { payload }),
        ...(typeof id === 'string' && id !== '' ? { id: id.slice(0, 100) } : {}),
      })
      respondJson(response, 202, receipt)
    } catch (error) {
      // The rest of a refused body is not read: the connection ends with the answer.
      if (!request.complete) response.shouldKeepAlive = false
      respondError(response, error)
    }
  }
}

function nameIn(url: URL): string {
  const encoded = url.pathname.slice(prefix.length)
  try {
    const name = decodeURIComponent(encoded).trim()
    if (name !== '' && name.length <= 200) return name
  } catch {
    // Falls through to the one error below.
  }
  throw new OrchestratorError('invalid-request', `"${encoded}" is not the name of an event.`, {
    fix: 'POST /api/events/payment-received?key=A-17',
    retryable: false,
  })
}

async function readPayload(request: IncomingMessage): Promise<JsonValue | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > payloadLimit) {
      throw new OrchestratorError('file-too-large', `The payload is larger than ${payloadLimit} bytes.`, {
        fix: 'Send where it is to be found, or upload it as a file first.',
        retryable: false,
      })
    }
    chunks.push(chunk)
  }
  if (size === 0) return undefined
  // A form of another website can send neither this type nor an Origin of ours.
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new OrchestratorError('invalid-request', 'The payload must be JSON.', {
      fix: 'Send content-type: application/json.',
      retryable: false,
    })
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as JsonValue
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OrchestratorError('invalid-request', `The payload is not JSON: ${reason}`, { cause, retryable: false })
  }
}
