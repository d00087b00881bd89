import type { JsonValue } from '#pipeline/document.ts'
import type { ModelUsage } from '#server/steps/define-step.ts'

/** One number of each kind for a step that asked models several times. */
export function sumUsage(usage: readonly ModelUsage[]): JsonValue {
  const [first] = usage
  let { inputTokens, outputTokens, costUsd } = first!
  for (const used of usage.slice(1)) {
    inputTokens += used.inputTokens
    outputTokens += used.outputTokens
    costUsd = costUsd === null || used.costUsd === null ? null : costUsd + used.costUsd
  }
  return { model: first!.model, provider: first!.provider, inputTokens, outputTokens, costUsd, calls: usage.length }
}
