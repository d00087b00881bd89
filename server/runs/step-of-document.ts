import { documentPathOf } from '#pipeline/document-path.ts'
import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { didYouMean, nearestName } from '#pipeline/nearest-name.ts'

/** Throws `invalid-request` for a path that leads to no step. What lies behind a call of another pipeline is not looked at. */
export function refuseUnknownStep(document: PipelineDocument, path: string): void {
  let steps: readonly Step[] = document.steps
  for (const id of documentPathOf(path).split('.')) {
    const step = steps.find((each) => each.id === id)
    if (!step) {
      const ids = steps.map((each) => each.id)
      const near = didYouMean(nearestName(id, ids))
      throw refusal(path, `The pipeline has no step "${path}": there is no "${id}".${near}`)
    }
    if (step.type === 'flow.pipeline') return
    steps = step.steps ?? []
  }
}

/** Throws `invalid-request` for a step of a called pipeline: its settings are not this pipeline's. */
export function refuseStepOfOther(document: PipelineDocument, path: string): void {
  let steps: readonly Step[] = document.steps
  const ids = documentPathOf(path).split('.')
  for (const id of ids.slice(0, -1)) {
    const step = steps.find((each) => each.id === id)
    if (step?.type === 'flow.pipeline') {
      throw refusal(
        path,
        `Step "${path}" belongs to the pipeline that "${id}" calls: its settings cannot be replaced here.`,
      )
    }
    steps = step?.steps ?? []
  }
}

function refusal(step: string, message: string): OrchestratorError {
  return new OrchestratorError('invalid-request', message, { step, retryable: false })
}
