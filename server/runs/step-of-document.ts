import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { didYouMean, nearestName } from '#pipeline/nearest-name.ts'

/** The document path of a run path: `each[3].mood` is `each.mood`. */
export const settingsOfStep = (path: string): string => path.replaceAll(/\[\d+\]/g, '')

/** Throws `invalid-request` for a path that leads to no step. What lies behind a call of another pipeline is not looked at. */
export function refuseUnknownStep(document: PipelineDocument, path: string): void {
  let steps: readonly Step[] = document.steps
  for (const id of settingsOfStep(path).split('.')) {
    const step = steps.find((each) => each.id === id)
    if (!step) {
      const near = didYouMean(
        nearestName(
          id,
          steps.map((each) => each.id),
        ),
      )
      throw new OrchestratorError(
        'invalid-request',
        `The pipeline has no step "${path}": there is no "${id}".${near}`,
        {
          step: path,
          retryable: false,
        },
      )
    }
    if (step.type === 'flow.pipeline') return
    steps = step.steps ?? []
  }
}
