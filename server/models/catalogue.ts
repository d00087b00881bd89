import type { Scope } from '#server/auth/scope.ts'
import type { ResolvedConnection } from '#server/secrets/connection.ts'
import { findPrice, findPricedModel, listPricedModels } from './cost.ts'
import type { ModelGatewayOptions, ModelSettings } from './gateway-options.ts'
import { isTextModel } from './is-text-model.ts'
import { listProviderModels } from './list-provider-models.ts'
import { findLocalServers, isLocalConnection, usualLocalServers } from './local-servers.ts'
import type { ModelInfo } from './model-info.ts'
import { createRefreshed, type Refreshed } from './refreshed.ts'

/** An endpoint that can be used now, with the models it is known to offer. */
export interface Endpoint {
  connection: ResolvedConnection
  /** On this machine: no cost. */
  local: boolean
  models: string[]
}

const listTimeoutMs = 5_000
const connectionMaxAgeMs = 10 * 60_000
const localMaxAgeMs = 30_000

/** Knows which endpoints and models there are: connections by asking them, local servers by looking on their ports. */
export interface Catalogue {
  /** Connections and, unless the workspace turned it off, local servers; connections come first and win a name. */
  endpoints(scope: Scope, options?: { refresh?: boolean }): Promise<Endpoint[]>
}

async function listModels(connection: ResolvedConnection): Promise<string[]> {
  try {
    return await listProviderModels(connection, AbortSignal.timeout(listTimeoutMs))
  } catch {
    // The list is a help for picking. Without it, what the price list knows still helps, and a run says what is wrong.
    return listPricedModels(connection)
  }
}

export function createCatalogue(
  options: Pick<ModelGatewayOptions, 'connections' | 'settings' | 'localServers'>,
): Catalogue {
  // Kept with the connection it was asked for: another process may change the connection under us.
  const lists = new Map<string, { asked: string; list: Refreshed<string[]> }>()
  const locals = createRefreshed(() => findLocalServers(options.localServers ?? usualLocalServers), localMaxAgeMs)

  function listOf(scope: Scope, connection: ResolvedConnection): Refreshed<string[]> {
    const key = JSON.stringify([scope.workspaceId, connection.name])
    const asked = JSON.stringify(connection)
    const known = lists.get(key)
    if (known?.asked === asked) return known.list
    const list = createRefreshed(() => listModels(connection), connectionMaxAgeMs)
    lists.set(key, { asked, list })
    return list
  }

  async function connectionEndpoint(scope: Scope, connection: ResolvedConnection, refresh: boolean): Promise<Endpoint> {
    const list = listOf(scope, connection)
    const models = (await (refresh ? list.refresh() : list.get())).filter(isTextModel)
    return { connection, local: isLocalConnection(connection), models }
  }

  return {
    async endpoints(scope, { refresh = false } = {}) {
      const [connections, settings] = await Promise.all([
        options.connections.resolve(scope),
        options.settings?.(scope) ?? ({} as ModelSettings),
      ])
      const looksForLocal = settings.discoverLocalServers ?? true
      const [stored, local] = await Promise.all([
        Promise.all(connections.map((connection) => connectionEndpoint(scope, connection, refresh))),
        looksForLocal ? (refresh ? locals.refresh() : locals.get()) : [],
      ])
      const names = new Set(connections.map((connection) => connection.name))
      const found = local
        .filter((server) => !names.has(server.connection.name))
        .map(({ connection, models }) => ({ connection, local: true, models: models.filter(isTextModel) }))
      return [...stored, ...found]
    },
  }
}

/** The endpoint's models as people pick them. */
export function describeModels({ connection, local, models }: Endpoint, defaultName: string | null): ModelInfo[] {
  return models.map((id) => {
    const name = `${connection.name}/${id}`
    return {
      name,
      id,
      connection: connection.name,
      provider: connection.provider,
      local,
      price: local ? { inputPerMillion: 0, outputPerMillion: 0 } : findPrice(connection, id),
      contextWindow: findPricedModel(connection, id)?.context_window ?? null,
      default: name === defaultName,
    }
  })
}
