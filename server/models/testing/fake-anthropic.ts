import type { JsonSchema } from '#pipeline/manifest.ts'
import { type FakeProtocol, type FakeProvider, type FakeProviderOptions, startFakeServer } from './fake-server.ts'

interface Message {
  role: string
  content: string | { type: string; text?: string }[]
}
interface Tool {
  name: string
  input_schema?: JsonSchema
}

const event = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
const errorTypes: Record<number, string> = {
  401: 'authentication_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

/** A schema arrives as an output format, or for older models as a tool that must be called. */
function schemaOf(body: Record<string, unknown>): { schema: JsonSchema; tool?: string } | undefined {
  const config = body['output_config'] as { format?: { schema?: JsonSchema } } | undefined
  if (config?.format?.schema) return { schema: config.format.schema }
  const tool = (body['tools'] as Tool[] | undefined)?.[0]
  return tool?.input_schema ? { schema: tool.input_schema, tool: tool.name } : undefined
}

/** Messages at /v1/messages, streamed or whole. */
const protocol: FakeProtocol = {
  listModels: (models) => ({ data: models.map((id) => ({ type: 'model', id, display_name: id })), has_more: false }),
  isAllowed: (headers, apiKey) => headers['x-api-key'] === apiKey,
  error: (status, message) => ({ type: 'error', error: { type: errorTypes[status] ?? 'api_error', message } }),

  read(path, body) {
    if (path !== '/v1/messages') return null
    const { content } = (body['messages'] as Message[]).at(-1) ?? { content: '' }
    const prompt = typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('')
    return { prompt, schema: schemaOf(body)?.schema, stream: body['stream'] === true }
  },

  stream(request, { usage, wasCut }) {
    const tool = schemaOf(request.body)?.tool
    const message = { id: 'msg_fake', type: 'message', role: 'assistant', model: request.body['model'], content: [] }
    const block = tool ? { type: 'tool_use', id: 'toolu_fake', name: tool, input: {} } : { type: 'text', text: '' }
    const reason = wasCut ? 'max_tokens' : tool ? 'tool_use' : 'end_turn'
    return {
      start: [
        event('message_start', {
          message: { ...message, usage: { input_tokens: usage.inputTokens, output_tokens: 0 } },
        }),
        event('content_block_start', { index: 0, content_block: block }),
      ],
      piece: (text) =>
        event('content_block_delta', {
          index: 0,
          delta: tool ? { type: 'input_json_delta', partial_json: text } : { type: 'text_delta', text },
        }),
      end: [
        event('content_block_stop', { index: 0 }),
        event('message_delta', {
          delta: { stop_reason: reason, stop_sequence: null },
          usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
        }),
        event('message_stop', {}),
      ],
    }
  },

  whole(request, text, { usage, wasCut }) {
    const tool = schemaOf(request.body)?.tool
    const block = tool
      ? { type: 'tool_use', id: 'toolu_fake', name: tool, input: JSON.parse(text) as unknown }
      : { type: 'text', text }
    return {
      id: 'msg_fake',
      type: 'message',
      role: 'assistant',
      model: request.body['model'],
      content: [block],
      stop_reason: wasCut ? 'max_tokens' : tool ? 'tool_use' : 'end_turn',
      usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
    }
  },
}

/** A server that speaks Anthropic's protocol, for tests and for trying things by hand. */
export const startFakeAnthropic = (options: FakeProviderOptions = {}): Promise<FakeProvider> =>
  startFakeServer(protocol, { models: ['claude-fake'], ...options })
