import { callKeyOf } from './call-key.ts'
import type { PipelineDocument, Step } from './document.ts'
import { walkSteps } from './graph.ts'
import type { StepManifest } from './manifest.ts'

/** A step that calls another pipeline. */
export interface PipelineCall {
  step: Step
  /** Document path of the step, `each.clean`. */
  path: string
  /** Under which the called document is frozen with a run. */
  key: string
  pipeline: string
  version: number | 'latest'
}

/** The calls of a document, those inside of containers and disabled ones included. Settings that name no pipeline are left out. */
export function callsOf(
  document: Pick<PipelineDocument, 'steps'>,
  manifests: ReadonlyMap<string, StepManifest>,
): PipelineCall[] {
  const calls: PipelineCall[] = []
  for (const { step, path } of walkSteps(document.steps)) {
    if (manifests.get(step.type)?.container?.kind !== 'call') continue
    const key = callKeyOf(step)
    if (key === null) continue
    const version = step.with?.['version'] ?? 'latest'
    calls.push({ step, path, key, pipeline: String(step.with?.['pipeline']), version: version as number | 'latest' })
  }
  return calls
}
