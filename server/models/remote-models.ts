import type { Scope } from '#server/auth/scope.ts'
import type { GenerateRequest, GenerateResult } from '#server/steps/define-step.ts'
import { createCatalogue, describeModels, type Endpoint } from './catalogue.ts'
import type { ModelGatewayOptions, ModelSettings } from './gateway-options.ts'
import { generate } from './generate.ts'
import { isLocalConnection } from './local-servers.ts'
import type { ModelInfo } from './model-info.ts'
import { compileSchema } from './read-object.ts'
import { resolveDefaultModel, resolveModel, type ResolvedModel } from './resolve-model.ts'

/** The models of providers and of servers on this machine. */
export interface RemoteModels {
  generate(scope: Scope, request: GenerateRequest, onText: (delta: string) => void): Promise<GenerateResult>
  listModels(scope: Scope, options: { refresh: boolean }): Promise<ModelInfo[]>
}

function defaultNameOf(endpoints: Endpoint[], preferred: string | undefined): string | null {
  try {
    const found = resolveDefaultModel(endpoints, preferred)
    return found && `${found.endpoint.connection.name}/${found.id}`
  } catch {
    // The workspace's default is not there at the moment.
    return null
  }
}

export function createRemoteModels(options: ModelGatewayOptions): RemoteModels {
  const catalogue = createCatalogue(options)
  const settingsOf = async (scope: Scope): Promise<ModelSettings> => (await options.settings?.(scope)) ?? {}

  /** A name that starts with a stored connection's needs no list of models, and so no waiting for one. */
  async function findConnection(scope: Scope, name: string): Promise<ResolvedModel | undefined> {
    const slash = name.indexOf('/')
    if (slash < 1 || slash === name.length - 1) return undefined
    const connections = await options.connections.resolve(scope)
    const connection = connections.find((candidate) => candidate.name === name.slice(0, slash))
    const endpoint = connection && { connection, local: isLocalConnection(connection), models: [] }
    return endpoint && { endpoint, id: name.slice(slash + 1) }
  }

  async function find(scope: Scope, name: string): Promise<ResolvedModel> {
    const { defaultModel } = await settingsOf(scope)
    const named = await findConnection(scope, name || (defaultModel ?? ''))
    if (named) return named
    try {
      return resolveModel(name, await catalogue.endpoints(scope), defaultModel)
    } catch {
      // It may just have been started or added: look again before saying that it is not there.
      return resolveModel(name, await catalogue.endpoints(scope, { refresh: true }), defaultModel)
    }
  }

  return {
    async generate(scope, request, onText) {
      if (request.schema) compileSchema(request.schema)
      return generate(await find(scope, request.model?.trim() ?? ''), request, onText)
    },
    async listModels(scope, { refresh }) {
      const [{ defaultModel }, endpoints] = await Promise.all([
        settingsOf(scope),
        catalogue.endpoints(scope, { refresh }),
      ])
      const defaultName = defaultNameOf(endpoints, defaultModel)
      return endpoints.flatMap((endpoint) => describeModels(endpoint, defaultName))
    },
  }
}
