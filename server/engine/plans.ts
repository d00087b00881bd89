import { contentHash } from '#pipeline/content-hash.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { compile, type Plan } from './core/core.ts'
import type { StepRegistry } from './engine-types.ts'

const keptPlans = 200

/** Compiled documents, the last used ones kept. */
export interface Plans {
  /** Throws what `compile` throws. */
  add(document: PipelineDocument): { hash: string; plan: Plan }
  /** By content hash; `load` is asked for a document that is not at hand. */
  get(hash: string, load: () => Promise<PipelineDocument>): Promise<Plan>
}

/** Plans over the step types of this process. */
export function createPlans(steps: StepRegistry): Plans {
  const manifests = new Map([...steps].map(([type, { manifest }]) => [type, manifest]))
  const plans = new Map<string, Plan>()

  function remember(hash: string, plan: Plan): Plan {
    plans.delete(hash)
    plans.set(hash, plan)
    if (plans.size > keptPlans) plans.delete(plans.keys().next().value!)
    return plan
  }

  return {
    add(document) {
      const hash = contentHash(document)
      return { hash, plan: remember(hash, plans.get(hash) ?? compile(document, manifests)) }
    },
    async get(hash, load) {
      return remember(hash, plans.get(hash) ?? compile(await load(), manifests))
    },
  }
}
