import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StepManifest } from '#pipeline/manifest.ts'

/** What a worker announces and a step asks for: `gpu`, `eu-west`, `cuda_12.4`. */
const labelPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/

/** Reads `gpu,eu`: sorted, each once. Throws `invalid-request` for what is no label. */
export function parseLabels(text: string | undefined): string[] {
  const labels = [...new Set((text ?? '').split(/[\s,]+/).filter(Boolean))].toSorted()
  const wrong = labels.find((label) => !labelPattern.test(label))
  if (wrong === undefined) return labels
  throw new OrchestratorError('invalid-request', `"${wrong}" is not a label.`, {
    fix: 'A label has letters, digits, "-", "_" and ".", and begins with a letter or digit, e.g. ORCHESTRATOR_LABELS=gpu,eu',
  })
}

/**
 * The labels a worker must have to carry out runs of these documents (a pipeline and those it calls): sorted, each once.
 * Throws `invalid-policy` for what is no label.
 */
export function labelsOf(
  documents: readonly PipelineDocument[],
  manifests: ReadonlyMap<string, Pick<StepManifest, 'labels'>>,
): string[] {
  const labels = new Set<string>()
  const visit = (steps: readonly Step[], prefix: string): void => {
    for (const { id, type, disabled, fallback, runs_on: asked = [], steps: inner = [] } of steps) {
      if (disabled) continue
      const fallbackLabels = fallback ? (manifests.get(fallback.type)?.labels ?? []) : []
      for (const label of [...(manifests.get(type)?.labels ?? []), ...fallbackLabels, ...asked]) {
        if (!labelPattern.test(label)) {
          throw new OrchestratorError(
            'invalid-policy',
            `step "${prefix}${id}" runs on "${label}", which is not a label`,
            {
              step: `${prefix}${id}`,
              field: 'runs_on',
              fix: 'A label has letters, digits, "-", "_" and ".", and begins with a letter or digit.',
              retryable: false,
            },
          )
        }
        labels.add(label)
      }
      visit(inner, `${prefix}${id}.`)
    }
  }
  for (const { steps } of documents) visit(steps, '')
  return [...labels].toSorted()
}
