import { contentHash } from '#pipeline/content-hash.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import { compile, type Plan } from './core/core.ts'
import type { StepRegistry } from './engine-types.ts'
import { overrideSettings } from './override-settings.ts'

const keptPlans = 200

/** Content hashes of the documents that a run calls, by `<pipeline id>@<version or latest>`. */
export type CallHashes = Readonly<Record<string, string>>

/** Compiled documents, the last used ones kept. */
export interface Plans {
  /** `called`: the documents it calls, directly or not. Throws what `compile` throws. */
  add(
    document: PipelineDocument,
    called?: Readonly<Record<string, PipelineDocument>>,
  ): { hash: string; calls: CallHashes; plan: Plan }
  /** By content hashes; `load` is asked for documents that are not at hand. */
  get(hash: string, calls: CallHashes | null, load: (hash: string) => Promise<PipelineDocument>): Promise<Plan>
  /** A plan with settings of some steps replaced. */
  override(plan: Plan, overrides: NonNullable<RunOptions['overrides']>): Plan
}

/** Plans over the step types of this process. */
export function createPlans(steps: StepRegistry): Plans {
  const manifests = new Map([...steps].map(([type, { manifest }]) => [type, manifest]))
  const plans = new Map<string, Plan>()

  function remember(key: string, plan: Plan): Plan {
    plans.delete(key)
    plans.set(key, plan)
    if (plans.size > keptPlans) plans.delete(plans.keys().next().value!)
    return plan
  }

  /** Content hashes by the JSON they were taken of: most runs are of a document that was run before. */
  const hashes = new Map<string, string>()

  function hashOf(document: PipelineDocument): string {
    const text = JSON.stringify(document)
    let hash = hashes.get(text)
    if (hash === undefined) {
      hashes.set(text, (hash = contentHash(document)))
      if (hashes.size > keptPlans) hashes.delete(hashes.keys().next().value!)
    }
    return hash
  }

  return {
    add(document, called = {}) {
      const hash = hashOf(document)
      const calls = Object.fromEntries(Object.entries(called).map(([key, each]) => [key, hashOf(each)]))
      const key = keyOf(hash, calls)
      const plan = plans.get(key) ?? compile(document, manifests, new Map(Object.entries(called)))
      return { hash, calls, plan: remember(key, plan) }
    },
    async get(hash, calls, load) {
      const key = keyOf(hash, calls ?? {})
      const known = plans.get(key)
      if (known) return remember(key, known)
      const [document, ...called] = await Promise.all([
        load(hash),
        ...Object.entries(calls ?? {}).map(async ([name, each]) => [name, await load(each)] as const),
      ])
      return remember(key, compile(document, manifests, new Map(called)))
    },
    override({ document, calls }, overrides) {
      const called = [...calls].map(([key, each]) => [key, each.document] as const)
      return compile(overrideSettings(document, overrides), manifests, new Map(called))
    },
  }
}

/** The same document may call others as they were at different times. */
function keyOf(hash: string, calls: CallHashes): string {
  const names = Object.keys(calls).sort()
  return names.length === 0 ? hash : [hash, ...names.map((name) => `${name}=${calls[name]}`)].join(' ')
}
