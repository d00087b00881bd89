import type { ErrorInfo } from '#pipeline/errors.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import type { PlanStep, RetryPlan } from './plan.ts'

/** The longest an exponential backoff grows, unless the first delay is longer: one hour. */
const longestBackoffMs = 3_600_000

/** Milliseconds to wait after the given failed attempt (from 1). */
export function computeRetryDelayMs(retry: RetryPlan, attempt: number): number {
  if (retry.backoff === 'fixed') return retry.delayMs
  return Math.min(retry.delayMs * 2 ** (attempt - 1), Math.max(retry.delayMs, longestBackoffMs))
}

/** What `{{ step_id }}` evaluates to after a failure that `on_error` handles. */
export function handledOutput(error: ErrorInfo): StoredValue {
  // ErrorInfo is stored as JSON in the event it comes from.
  return { value: { error: { ...error } as unknown as JsonValue } }
}

/** The event a failed attempt becomes under the step's policies: another try, or a failure the graph may go on from. */
export function failureEvent(
  step: PlanStep,
  failed: { path: string; attempt: number; error: ErrorInfo; retryable: boolean; durationMs: number; at: number },
): Extract<RunEvent, { type: 'step-retried' | 'step-failed' }> {
  const { path, attempt, error, durationMs } = failed
  if (failed.retryable && attempt < step.retry.attempts) {
    const resumeAt = Math.round(failed.at + computeRetryDelayMs(step.retry, attempt))
    return { type: 'step-retried', path, attempt, error, resumeAt }
  }
  const handled = step.onError !== 'fail'
  const ports = step.onError === 'continue' ? ['out'] : step.onError === 'port' ? ['error'] : []
  return { type: 'step-failed', path, attempt, error, durationMs, handled, ports }
}
