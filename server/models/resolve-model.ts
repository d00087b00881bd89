import { OrchestratorError } from '#pipeline/errors.ts'
import type { ConnectionProvider } from '#server/secrets/connection.ts'
import type { Endpoint } from './catalogue.ts'
import { guessProvider } from './cost.ts'
import { localServerHints } from './local-servers.ts'
import { providers } from './providers/providers.ts'

/** Where a model name leads. */
export interface ResolvedModel {
  endpoint: Endpoint
  /** The id the provider knows. */
  id: string
}

const cloudProviders = ['openai', 'anthropic', 'google'] as const
const isCloud = (name: string): name is (typeof cloudProviders)[number] =>
  (cloudProviders as readonly string[]).includes(name)

function missing(message: string, fix: string, provider?: string): OrchestratorError {
  return new OrchestratorError('model-missing', message, {
    fix,
    retryable: false,
    field: 'with.model',
    details: { action: 'open-settings', ...(provider ? { provider } : {}) },
  })
}

const startLocal = 'start Ollama on this machine (ollama serve; ollama pull llama3.2)'

function noModelAtAll(): OrchestratorError {
  return missing(
    'No model is connected yet',
    `Add an API key for OpenAI, Anthropic or Google in Settings > Connections, or ${startLocal}.`,
  )
}

function unknownModel(name: string, endpoints: Endpoint[]): OrchestratorError {
  const prefix = name.includes('/') ? name.slice(0, name.indexOf('/')) : undefined
  const provider = prefix && isCloud(prefix) ? prefix : prefix ? undefined : guessProvider(name)
  if (provider) {
    const { title } = providers[provider]
    return missing(
      `The model "${name}" needs a connection to ${title}`,
      `Add an API key for ${title} in Settings > Connections, or pick a model that is available.`,
      provider,
    )
  }
  const hint = prefix && localServerHints[prefix]
  if (hint) {
    return missing(
      `The model "${name}" needs a server that is not running`,
      `${hint.charAt(0).toUpperCase()}${hint.slice(1)}, or pick a model that is available.`,
      'openai-compatible',
    )
  }
  const offered = endpoints.flatMap(({ connection, models }) => models.map((id) => `${connection.name}/${id}`))
  if (offered.length === 0) return missing(`No connection offers the model "${name}"`, noModelAtAll().info.fix ?? '')
  const some = offered.slice(0, 5).join(', ')
  return missing(
    `No connection offers the model "${name}"`,
    `Available: ${some}${offered.length > 5 ? ` and ${offered.length - 5} more` : ''}.`,
  )
}

/** The one a person would most likely want of an endpoint: its own default, the provider's usual choice, or its first. */
function pickDefault({ connection, models }: Endpoint): string | undefined {
  if (connection.defaultModel) return connection.defaultModel
  for (const prefix of providers[connection.provider].preferredModels) {
    // The plain name before its dated copies.
    const match = models.filter((id) => id.startsWith(prefix)).sort((left, right) => left.length - right.length)[0]
    if (match) return match
  }
  return models[0]
}

/** The model used where a step names none, or null when there is no model at all. */
export function resolveDefaultModel(endpoints: Endpoint[], preferred?: string): ResolvedModel | null {
  if (preferred) return resolveModel(preferred, endpoints)
  for (const endpoint of endpoints) {
    const id = pickDefault(endpoint)
    if (id) return { endpoint, id }
  }
  return null
}

/**
 * Finds the endpoint for `connection/model`, `provider/model` or a bare model id; an empty name gives the default.
 * Throws `model-missing` that says what to do, with `details.action` for the interface's button.
 */
export function resolveModel(name: string, endpoints: Endpoint[], preferred?: string): ResolvedModel {
  if (!name) {
    const found = resolveDefaultModel(endpoints, preferred)
    if (!found) throw noModelAtAll()
    return found
  }
  const slash = name.indexOf('/')
  if (slash > 0) {
    const [prefix, id] = [name.slice(0, slash), name.slice(slash + 1)]
    const named = endpoints.find(({ connection }) => connection.name === prefix)
    if (named && id) return { endpoint: named, id }
    const sameProvider = endpoints.filter(({ connection }) => connection.provider === (prefix as ConnectionProvider))
    if (sameProvider.length === 1 && sameProvider[0] && id && isCloud(prefix)) return { endpoint: sameProvider[0], id }
  }
  const offering = endpoints.filter(({ models }) => models.includes(name) || models.includes(`${name}:latest`))
  if (offering.length > 1) {
    const choices = offering.map(({ connection }) => `${connection.name}/${name}`).join(' or ')
    throw new OrchestratorError('model-missing', `More than one connection offers the model "${name}"`, {
      fix: `Write ${choices}.`,
      retryable: false,
      field: 'with.model',
    })
  }
  if (offering[0]) return { endpoint: offering[0], id: name }
  // A provider's list may lag behind its models: a name it is known for goes to it, and it has the last word.
  const maker = guessProvider(name)
  const makers = endpoints.filter(({ connection }) => connection.provider === maker)
  if (maker && makers.length === 1 && makers[0]) return { endpoint: makers[0], id: name }
  throw unknownModel(name, endpoints)
}
