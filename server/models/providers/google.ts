import { createGoogle } from '@ai-sdk/google'
import { createProviderFetch } from '../provider-fetch.ts'
import type { ModelProvider } from './provider.ts'

const defaultBaseUrl = 'https://generativelanguage.googleapis.com/v1beta'

/** Google's Gemini models through the Generative Language API. */
export const google: ModelProvider = {
  title: 'Google',
  keyUrl: 'https://aistudio.google.com/apikey',
  needsKey: true,
  defaultBaseUrl,
  priceId: 'google',
  preferredModels: ['gemini-2.5-flash', 'gemini-flash', 'gemini-'],
  repeatSchemaInPrompt: false,
  listRequest({ baseUrl = defaultBaseUrl, apiKey = '' }) {
    const headers = { 'x-goog-api-key': apiKey }
    return { url: `${baseUrl.replace(/\/$/, '')}/models?pageSize=1000`, baseUrl, headers }
  },
  languageModel({ baseUrl = defaultBaseUrl, apiKey = '' }, id) {
    return createGoogle({ baseURL: baseUrl, apiKey, fetch: createProviderFetch(baseUrl) }).chat(id)
  },
}
