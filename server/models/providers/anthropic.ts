import { createAnthropic } from '@ai-sdk/anthropic'
import { createProviderFetch } from '../provider-fetch.ts'
import type { ModelProvider } from './provider.ts'

const defaultBaseUrl = 'https://api.anthropic.com/v1'

/** Anthropic through its Messages API. */
export const anthropic: ModelProvider = {
  title: 'Anthropic',
  keyUrl: 'https://console.anthropic.com/settings/keys',
  needsKey: true,
  defaultBaseUrl,
  priceId: 'anthropic',
  preferredModels: ['claude-haiku-4-5', 'claude-3-5-haiku', 'claude-'],
  repeatSchemaInPrompt: false,
  listRequest({ baseUrl = defaultBaseUrl, apiKey = '' }) {
    const headers = { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }
    return { url: `${baseUrl.replace(/\/$/, '')}/models?limit=1000`, baseUrl, headers }
  },
  languageModel({ baseUrl = defaultBaseUrl, apiKey = '' }, id) {
    return createAnthropic({ baseURL: baseUrl, apiKey, fetch: createProviderFetch(baseUrl) }).messages(id)
  },
}
