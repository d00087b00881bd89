import type { Scope } from '#server/auth/scope.ts'
import type { ConnectionSource } from '#server/secrets/connection.ts'
import type { LocalModels } from './local/local-models.ts'
import type { LocalServerAddress } from './local-servers.ts'

/** Settings of a workspace that models read; both are optional. */
export interface ModelSettings {
  /** `provider/model`, used where a step names none. */
  defaultModel?: string
  /** Whether to look for model servers on this machine's usual ports; true when absent. */
  discoverLocalServers?: boolean
}

export interface ModelGatewayOptions {
  connections: ConnectionSource
  /** The workspace's settings; nothing set when absent. */
  settings?: (scope: Scope) => Promise<ModelSettings>
  /** Shared instance of the local models; the gateway makes (and closes) its own when absent. */
  local?: LocalModels
  /** Base URLs probed for local model servers, for tests; the usual ports of this machine when absent. */
  localServers?: readonly LocalServerAddress[]
}
