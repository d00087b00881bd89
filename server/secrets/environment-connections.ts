import type { ConnectionProvider, ConnectionSource, ResolvedConnection } from './connection.ts'

type Environment = Record<string, string | undefined>

const variables: { provider: ConnectionProvider; key: string[]; baseUrl: string }[] = [
  { provider: 'openai', key: ['OPENAI_API_KEY'], baseUrl: 'OPENAI_BASE_URL' },
  { provider: 'anthropic', key: ['ANTHROPIC_API_KEY'], baseUrl: 'ANTHROPIC_BASE_URL' },
  {
    provider: 'google',
    key: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY'],
    baseUrl: 'GOOGLE_GENERATIVE_AI_BASE_URL',
  },
]

/** Connections from the key variables the providers' own tools use (OPENAI_API_KEY ...); a provider without a key is left out. */
export function readEnvironmentConnections(environment: Environment): ResolvedConnection[] {
  return variables.flatMap(({ provider, key, baseUrl }) => {
    const apiKey = key.map((name) => environment[name]).find((value) => value)
    if (!apiKey) return []
    const url = environment[baseUrl]
    return [{ name: provider, provider, apiKey, ...(url ? { baseUrl: url } : {}) }]
  })
}

/** A source of connections without a database, for the command line. */
export function createEnvironmentConnections(environment: Environment): ConnectionSource {
  return { resolve: () => Promise.resolve(readEnvironmentConnections(environment)) }
}
