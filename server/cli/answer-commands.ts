import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { WaitAnswer } from '#pipeline/wait-details.ts'
import { withApi } from './api-client.ts'
import { nameOfUser } from './given-answers.ts'

/** `waiting`: lists what waits for people, oldest first. */
export function waitingCommand(options: { json?: boolean }): Promise<number> {
  return withApi(async (api) => {
    const { items, total } = await api.waits.list.query({ limit: 200 })
    if (options.json) console.log(JSON.stringify({ items, total }, null, 2))
    else if (total === 0) console.log('Nothing waits for people.')
    else {
      for (const { id, kind, title, pipelineName, path, since } of items) {
        console.log(`${id}  ${kind.padEnd(8)}  ${title}  (${pipelineName}, ${path}, since ${since.slice(0, 16)})`)
      }
      if (total > items.length) console.log(`and ${total - items.length} more`)
    }
    return 0
  })
}

/** `approve`, `reject`, `submit`: answers one question, given by its id, its link or the token in it. */
export function answerCommand(question: string, answer: WaitAnswer): Promise<number> {
  return withApi(async (api) => {
    const token = tokenIn(question)
    const { title, end } = token
      ? await api.waits.answerByToken.mutate({ token, answer, name: nameOfUser() })
      : await api.waits.answer.mutate({ id: question, answer })
    console.log(`"${title}" is ${end?.kind ?? 'answered'}.`)
    return 0
  })
}

/** Ids are UUIDs; anything else is the link or its last part. */
function tokenIn(question: string): string | null {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(question)) return null
  return /(?:^|\/w\/)([\w-]{16,})\/?$/.exec(question)?.[1] ?? null
}

/** Reads `amount=12` for the fields of a form; the server reads each by its type. */
export function parseFieldOptions(fields: readonly string[]): Record<string, JsonValue> {
  const values: Record<string, JsonValue> = {}
  for (const field of fields) {
    const index = field.indexOf('=')
    if (index < 1) {
      throw new OrchestratorError('invalid-request', `"${field}" names no field.`, { fix: 'For example amount=12' })
    }
    values[field.slice(0, index)] = field.slice(index + 1)
  }
  return values
}

/** Reads a value given as JSON. Throws `invalid-request`. */
export function parseJsonOption(name: string, text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OrchestratorError('invalid-request', `${name} is not JSON: ${reason}`, { cause })
  }
}

/** `send-event`: prints how many waits it has ended. */
export function sendEventCommand(
  name: string,
  options: { key?: string; payload?: string; id?: string },
): Promise<number> {
  const { key, payload, id } = options
  const event = {
    name,
    ...(key === undefined ? {} : { key }),
    ...(id === undefined ? {} : { id }),
    ...(payload === undefined ? {} : { payload: parseJsonOption('--payload', payload) }),
  }
  return withApi(async (api) => {
    const { reached } = await api.waits.sendEvent.mutate(event)
    const waits = reached === 1 ? '1 wait' : `${reached} waits`
    console.log(`The event is sent; it has ended ${waits}. It stays for waits that begin within the hour.`)
    return 0
  })
}
