import type { ConnectionProvider } from '#server/secrets/connection.ts'
import { anthropic } from './anthropic.ts'
import { google } from './google.ts'
import { openaiCompatible } from './openai-compatible.ts'
import { openai } from './openai.ts'
import type { ModelProvider } from './provider.ts'

/** Every kind of endpoint, one line each. */
export const providers = {
  openai,
  anthropic,
  google,
  'openai-compatible': openaiCompatible,
} satisfies Record<ConnectionProvider, ModelProvider> as Record<ConnectionProvider, ModelProvider>
