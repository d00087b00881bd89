import type { LanguageModel } from 'ai'
import type { JsonSchema } from '#pipeline/manifest.ts'
import type { ResolvedConnection } from '#server/secrets/connection.ts'

/** The options of one provider for a request, keyed as the SDK wants them. */
export type ProviderOptions = Record<string, Record<string, string | number | boolean>>

/** What the gateway needs to know of a kind of endpoint. One file per provider. */
export interface ModelProvider {
  title: string
  /** Where people get a key; null for servers of one's own. */
  keyUrl: string | null
  needsKey: boolean
  defaultBaseUrl: string | null
  /** The id genai-prices has for it; null when the base URL has to tell. */
  priceId: string | null
  /** First choice where a pipeline names no model, most wanted first; matched as a prefix of the model id. */
  preferredModels: string[]
  listRequest(connection: ResolvedConnection): { url: string; baseUrl: string; headers: Record<string, string> }
  languageModel(connection: ResolvedConnection, id: string): LanguageModel
  /** Extra options for an answer that must fit a schema. */
  schemaOptions?(schema: JsonSchema): ProviderOptions
  /** Said to the model as well, where the server may ignore the schema of the request. */
  repeatSchemaInPrompt: boolean
}
