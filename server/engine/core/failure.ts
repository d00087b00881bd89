import type { ErrorInfo } from '#pipeline/errors.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import type { PlanStep } from './plan.ts'
import { askedDelayMs, computeRetryDelayMs, isWorthRetrying } from './retry.ts'

/** What `{{ step_id }}` evaluates to after a failure that `on_error` handles, unless its `error_value` says otherwise. */
export function handledOutput(error: ErrorInfo): StoredValue {
  // ErrorInfo is stored as JSON in the event it comes from.
  return { value: { error: { ...error } as unknown as JsonValue } }
}

/** An attempt that failed. */
export interface FailedAttempt {
  runId: string
  path: string
  attempt: number
  error: ErrorInfo
  /** Whether another attempt may help. */
  retryable: boolean
  /** Whether it was the step's fallback that failed: nothing is left to try then. */
  isFallback: boolean
  durationMs: number
  at: number
}

/** The event a failed attempt becomes under the step's policies: another try, its fallback, or a failure the graph may go on from. */
export function failureEvent(
  step: PlanStep,
  failed: FailedAttempt,
): Extract<RunEvent, { type: 'step-retried' | 'step-failed' }> {
  const { path, attempt, error, durationMs } = failed
  if (!failed.isFallback && attempt < step.retry.attempts && isWorthRetrying(step.retry, error, failed.retryable)) {
    const delayMs = computeRetryDelayMs(step.retry, attempt, `${failed.runId}/${path}`, askedDelayMs(error))
    return { type: 'step-retried', path, attempt, error, resumeAt: Math.round(failed.at + delayMs) }
  }
  if (step.fallback && !failed.isFallback) {
    return { type: 'step-retried', path, attempt, error, resumeAt: failed.at, fallback: true }
  }
  const handled = step.onError !== 'fail'
  const ports = step.onError === 'continue' ? ['out'] : step.onError === 'port' ? ['error'] : []
  return { type: 'step-failed', path, attempt, error, durationMs, handled, ports }
}
