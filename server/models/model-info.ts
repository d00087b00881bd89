import type { ConnectionProvider } from '#server/secrets/connection.ts'

/** One model people can pick. Prices are US dollars per million tokens. */
export interface ModelInfo {
  /** What a step writes in `model`: connection and model id, e.g. `openai/gpt-4o-mini` or `ollama/llama3.2`. */
  name: string
  /** The model id the provider knows. */
  id: string
  /** Name of the connection, or of the local server (`ollama`, `lm-studio` ...). */
  connection: string
  provider: ConnectionProvider
  /** Served by this machine: no key, no cost. */
  local: boolean
  /** Null where nothing is known. */
  price: { inputPerMillion: number; outputPerMillion: number } | null
  contextWindow: number | null
  /** Whether it is the one used where a step names none. */
  default: boolean
}
