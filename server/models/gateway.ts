import type { Scope } from '#server/auth/scope.ts'
import type { StepModels } from '#server/steps/define-step.ts'
import type { ModelGatewayOptions } from './gateway-options.ts'
import { createLocalModels } from './local/local-models.ts'
import type { ModelInfo } from './model-info.ts'
import type { RemoteModels } from './remote-models.ts'

export interface ScopedModels extends StepModels {
  /** Every model that can be used now, by name. `refresh` asks providers and local ports again. */
  listModels(options?: { refresh?: boolean }): Promise<ModelInfo[]>
}

export interface ModelGateway {
  forScope(scope: Scope): ScopedModels
  close(): Promise<void>
}

/** The one way to models: built-in ones in a thread, all others through connections and local servers. */
export function createModelGateway(options: ModelGatewayOptions): ModelGateway {
  const local = options.local ?? createLocalModels()
  let remote: Promise<RemoteModels> | undefined
  // The providers' libraries take a third of a second to load: a start, and a run without them, need not wait.
  const loadRemote = () =>
    (remote ??= import('./remote-models.ts').then((module) => module.createRemoteModels(options)))

  return {
    forScope: (scope) => ({
      embed: local.embed,
      sentiment: local.sentiment,
      entities: local.entities,
      ocr: local.ocr,
      generate: async (request, onText) => (await loadRemote()).generate(scope, request, onText),
      listModels: async ({ refresh = false } = {}) => (await loadRemote()).listModels(scope, { refresh }),
    }),
    async close() {
      if (!options.local) await local.close()
    },
  }
}
