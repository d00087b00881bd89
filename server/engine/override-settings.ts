import type { PipelineDocument, Step } from '#pipeline/document.ts'
import type { RunOptions } from '#pipeline/run-options.ts'

/** The document with settings of some steps (by document path) replaced, field by field; paths that lead nowhere change nothing. */
export function overrideSettings(
  document: PipelineDocument,
  overrides: NonNullable<RunOptions['overrides']>,
): PipelineDocument {
  return { ...document, steps: overrideSteps(document.steps, overrides, '') }
}

function overrideSteps(
  steps: readonly Step[],
  overrides: NonNullable<RunOptions['overrides']>,
  prefix: string,
): Step[] {
  return steps.map((step) => {
    const path = `${prefix}${step.id}`
    const settings = overrides[path]
    return {
      ...step,
      ...(settings && { with: { ...step.with, ...settings } }),
      ...(step.steps && { steps: overrideSteps(step.steps, overrides, `${path}.`) }),
    }
  })
}
