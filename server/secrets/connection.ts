import type { Scope } from '#server/auth/scope.ts'

/** Kinds of endpoint a connection may point at; `openai-compatible` is any server that speaks OpenAI's chat API. */
export const connectionProviders = ['openai', 'anthropic', 'google', 'openai-compatible'] as const
export type ConnectionProvider = (typeof connectionProviders)[number]

/** What people see of a connection. Never holds the secret. Times are ISO texts. */
export interface ConnectionInfo {
  name: string
  provider: ConnectionProvider
  baseUrl: string | null
  defaultModel: string | null
  /** Last four characters of the key; null without a key, or when the key is too short to show any of it. */
  hint: string | null
  hasSecret: boolean
  /** `environment`: a key variable such as OPENAI_API_KEY of the process; it cannot be edited here. */
  source: 'stored' | 'environment'
  updatedAt: string | null
}

export interface ConnectionInput {
  name: string
  provider: ConnectionProvider
  baseUrl?: string | null
  defaultModel?: string | null
  /** The key. Absent: keep the stored one; null or empty: remove it. */
  secret?: string | null
}

export interface ConnectionTest {
  ok: boolean
  /** A sentence for people, with what to do when it failed. */
  message: string
  /** How many models the provider offers, when it said so. */
  models?: number
  durationMs: number
}

/** A connection with its key, for the model gateway only. */
export interface ResolvedConnection {
  name: string
  provider: ConnectionProvider
  baseUrl?: string
  defaultModel?: string
  apiKey?: string
}

/** Where the model gateway gets its credentials: the database service, or the environment for the command line. */
export interface ConnectionSource {
  resolve(scope: Scope): Promise<ResolvedConnection[]>
}

/** The secrets of one workspace as steps (`get`) and the engine's redaction (`values`) see them. */
export interface WorkspaceSecrets {
  /** The key of the connection of that name, undefined when there is none. */
  get(name: string): Promise<string | undefined>
  /** Every known secret value, for redaction. */
  values(): Promise<string[]>
}
