import type { JsonSchema } from '#pipeline/manifest.ts'
import { type FakeProtocol, type FakeProvider, type FakeProviderOptions, startFakeServer } from './fake-server.ts'

interface Content {
  parts?: { text?: string }[]
}

const answerOf = (text: string, more: object) => ({
  candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] }, ...more }],
})
const endOf = ({ usage, wasCut }: { usage: { inputTokens: number; outputTokens: number }; wasCut: boolean }) => ({
  ...answerOf('', { finishReason: wasCut ? 'MAX_TOKENS' : 'STOP' }),
  usageMetadata: {
    promptTokenCount: usage.inputTokens,
    candidatesTokenCount: usage.outputTokens,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
  },
})
const sse = (data: unknown) => `data: ${JSON.stringify(data)}\r\n\r\n`

/** Generative Language at /v1/models/NAME:streamGenerateContent and :generateContent. */
const protocol: FakeProtocol = {
  listModels: (models) => ({
    models: [
      ...models.map((id) => ({ name: `models/${id}`, supportedGenerationMethods: ['generateContent'] })),
      { name: 'models/text-vectors-1', supportedGenerationMethods: ['embedContent'] },
    ],
  }),
  isAllowed: (headers, apiKey) => headers['x-goog-api-key'] === apiKey,
  error: (status, message) => ({ error: { code: status, message, status: 'FAILED' } }),

  read(path, body) {
    const method = /^\/v1\/models\/[^/:]+:(streamGenerateContent|generateContent)$/.exec(path)?.[1]
    if (!method) return null
    const last = (body['contents'] as Content[]).at(-1)
    const config = body['generationConfig'] as { responseJsonSchema?: JsonSchema } | undefined
    return {
      prompt: last?.parts?.map((part) => part.text ?? '').join('') ?? '',
      schema: config?.responseJsonSchema,
      stream: method === 'streamGenerateContent',
    }
  },

  stream: (_request, reply) => ({ start: [], piece: (text) => sse(answerOf(text, {})), end: [sse(endOf(reply))] }),
  whole: (_request, text, reply) => ({ ...endOf(reply), ...answerOf(text, { finishReason: 'STOP' }) }),
}

/** A server that speaks Google's protocol, for tests and for trying things by hand. */
export const startFakeGoogle = (options: FakeProviderOptions = {}): Promise<FakeProvider> =>
  startFakeServer(protocol, { models: ['gemini-fake'], ...options })
