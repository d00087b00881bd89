import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { ResolvedConnection } from '#server/secrets/connection.ts'
import { createProviderFetch } from '../provider-fetch.ts'
import type { ModelProvider } from './provider.ts'

function addressOf({ name, baseUrl }: ResolvedConnection): string {
  if (baseUrl) return baseUrl
  throw new OrchestratorError('invalid-request', `The connection "${name}" has no address`, {
    retryable: false,
    fix: 'Enter it in Settings > Connections, such as http://localhost:8000/v1.',
  })
}

/** Any server that speaks OpenAI's Chat Completions API: Ollama, vLLM, llama.cpp, LM Studio, OpenRouter ... */
export const openaiCompatible: ModelProvider = {
  title: 'OpenAI-compatible server',
  keyUrl: null,
  needsKey: false,
  defaultBaseUrl: null,
  priceId: null,
  preferredModels: [],
  repeatSchemaInPrompt: true,
  listRequest(connection) {
    const baseUrl = addressOf(connection)
    const headers: Record<string, string> = connection.apiKey ? { authorization: `Bearer ${connection.apiKey}` } : {}
    return { url: `${baseUrl.replace(/\/$/, '')}/models`, baseUrl, headers }
  },
  languageModel(connection, id) {
    const baseURL = addressOf(connection)
    return createOpenAICompatible({
      name: 'compatible',
      baseURL,
      ...(connection.apiKey ? { apiKey: connection.apiKey } : {}),
      fetch: createProviderFetch(baseURL),
      includeUsage: true,
      supportsStructuredOutputs: true,
    }).chatModel(id)
  },
}
