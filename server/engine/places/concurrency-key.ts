import { evaluateTemplate } from '#pipeline/expressions/expressions.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StartRequest } from '../engine-types.ts'

/** Longer keys are cut: nobody means more. */
const longestKey = 200

/**
 * Under which key a run counts for the `concurrency` of its pipeline, a template over its inputs; null for runs that do not
 * count: of pipelines without it, of files, and previews. Throws `invalid-request` for a key that cannot be evaluated.
 */
export function concurrencyKeyOf(request: StartRequest): string | null {
  const { document, pipelineId, inputs, kind } = request
  const { concurrency } = document
  if (!concurrency || pipelineId === undefined || kind === 'preview') return null
  try {
    const value = evaluateTemplate(concurrency.key ?? '', { inputs })
    return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, longestKey)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new OrchestratorError(
      'invalid-request',
      `the key of the pipeline's concurrency cannot be evaluated: ${message}`,
      {
        field: 'concurrency.key',
        cause,
        retryable: false,
      },
    )
  }
}
