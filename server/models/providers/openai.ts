import { createOpenAI } from '@ai-sdk/openai'
import type { JsonSchema } from '#pipeline/manifest.ts'
import { createProviderFetch } from '../provider-fetch.ts'
import type { ModelProvider } from './provider.ts'

const defaultBaseUrl = 'https://api.openai.com/v1'

/** OpenAI refuses a strict schema unless every object lists all of its properties as required. */
function fitsStrictMode(schema: JsonSchema): boolean {
  const properties = Object.keys(schema.properties ?? {})
  const required = new Set(schema.required ?? [])
  const nested = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.anyOf ?? []),
    ...(schema.items ? [schema.items] : []),
  ]
  const isOpenObject = schema.type === 'object' && (!schema.properties || Boolean(schema['additionalProperties']))
  return !isOpenObject && properties.every((name) => required.has(name)) && nested.every(fitsStrictMode)
}

/** OpenAI through its Responses API. */
export const openai: ModelProvider = {
  title: 'OpenAI',
  keyUrl: 'https://platform.openai.com/api-keys',
  needsKey: true,
  defaultBaseUrl,
  priceId: 'openai',
  preferredModels: ['gpt-5-mini', 'gpt-4.1-mini', 'gpt-4o-mini', 'gpt-'],
  repeatSchemaInPrompt: false,
  listRequest({ baseUrl = defaultBaseUrl, apiKey = '' }) {
    return { url: `${baseUrl.replace(/\/$/, '')}/models`, baseUrl, headers: { authorization: `Bearer ${apiKey}` } }
  },
  languageModel({ baseUrl = defaultBaseUrl, apiKey = '' }, id) {
    return createOpenAI({ baseURL: baseUrl, apiKey, fetch: createProviderFetch(baseUrl) }).responses(id)
  },
  schemaOptions: (schema) => ({ openai: { strictJsonSchema: fitsStrictMode(schema) } }),
}
