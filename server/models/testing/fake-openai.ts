import type { JsonSchema } from '#pipeline/manifest.ts'
import { type FakeProtocol, type FakeProvider, type FakeProviderOptions, startFakeServer } from './fake-server.ts'

const sse = (data: unknown) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

interface Message {
  role: string
  content: string | { text?: string }[]
}
const textOf = ({ content }: Message) =>
  typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('')
const lastUserText = (messages: Message[]) =>
  textOf(messages.findLast((message) => message.role === 'user') ?? { role: 'user', content: '' })

const openAiError = (status: number, message: string) => ({
  error: { message, type: status === 401 ? 'invalid_request_error' : 'server_error', param: null, code: null },
})

/** Chat Completions at /v1/chat/completions and Responses at /v1/responses, streamed or whole. */
const protocol: FakeProtocol = {
  listModels: (models) => ({ object: 'list', data: models.map((id) => ({ id, object: 'model', owned_by: 'fake' })) }),
  isAllowed: (headers, apiKey) => headers.authorization === `Bearer ${apiKey}`,
  error: openAiError,

  read(path, body) {
    const stream = body['stream'] === true
    if (path === '/v1/chat/completions') {
      const format = body['response_format'] as { json_schema?: { schema?: JsonSchema } } | undefined
      return { prompt: lastUserText(body['messages'] as Message[]), schema: format?.json_schema?.schema, stream }
    }
    if (path === '/v1/responses') {
      const { format } = (body['text'] ?? {}) as { format?: { schema?: JsonSchema } }
      const input = body['input'] as string | Message[]
      return { prompt: typeof input === 'string' ? input : lastUserText(input), schema: format?.schema, stream }
    }
    return null
  },

  stream(request, { usage, wasCut }) {
    const model = String(request.body['model'])
    if (request.path === '/v1/responses') {
      const response = { id: 'resp_fake', object: 'response', created_at: 1_700_000_000, model }
      const item = { id: 'msg_fake', type: 'message', role: 'assistant', content: [] }
      const event = (type: string, data: object) => `event: ${type}\n${sse({ type, ...data })}`
      const done = {
        ...response,
        incomplete_details: wasCut ? { reason: 'max_output_tokens' } : null,
        usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
      }
      return {
        start: [
          event('response.created', { response }),
          event('response.output_item.added', { output_index: 0, item }),
        ],
        piece: (delta) => event('response.output_text.delta', { item_id: item.id, output_index: 0, delta }),
        end: [
          event('response.output_item.done', { output_index: 0, item }),
          event(wasCut ? 'response.incomplete' : 'response.completed', { response: done }),
        ],
      }
    }
    const base = { id: 'chatcmpl-fake', object: 'chat.completion.chunk', created: 1_700_000_000, model }
    const chunk = (delta: object, finish_reason: string | null) =>
      sse({ ...base, choices: [{ index: 0, delta, finish_reason }] })
    const counts = {
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
      total_tokens: usage.inputTokens + usage.outputTokens,
    }
    // Like the real thing: usage only for those who ask for it.
    const wantsUsage = (request.body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage
    return {
      start: [chunk({ role: 'assistant', content: '' }, null)],
      piece: (content) => chunk({ content }, null),
      end: [
        chunk({}, wasCut ? 'length' : 'stop'),
        ...(wantsUsage ? [sse({ ...base, choices: [], usage: counts })] : []),
        sse('[DONE]'),
      ],
    }
  },

  whole(request, text, { usage, wasCut }) {
    return {
      id: 'chatcmpl-fake',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: request.body['model'],
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: wasCut ? 'length' : 'stop' }],
      usage: { prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens },
    }
  },
}

/** A server that speaks OpenAI's protocols, for tests and for trying things by hand. */
export const startFakeOpenAi = (options: FakeProviderOptions = {}): Promise<FakeProvider> =>
  startFakeServer(protocol, options)
