import {
  completeRetryPolicy,
  durationToMs,
  type RetryPolicy,
  rateOf,
  type Step,
  type StepLimit,
} from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import type { CachePlan, FallbackPlan, LimitPlan, PlanPolicies, RetryPlan } from './policy-plan.ts'

/** What a step's policies come to, in milliseconds. Throws `invalid-policy`, or `unknown-step-type` for its fallback. */
export function compilePolicies(
  step: Step,
  path: string,
  manifest: StepManifest,
  manifests: ReadonlyMap<string, StepManifest>,
): PlanPolicies {
  return {
    onError: step.on_error ?? 'fail',
    retry: retryPlanOf(step.retry, path),
    timeoutMs: step.timeout === undefined ? null : policyMs(step.timeout, path, 'timeout'),
    fallback: step.fallback ? fallbackPlanOf(step.fallback, path, manifests) : null,
    cache: cachePlanOf(step.cache, path, manifest),
    limit: step.limit ? limitPlanOf(step.limit, path) : null,
    priority: step.priority ?? 0,
  }
}

function retryPlanOf(retry: RetryPolicy | undefined, path: string): RetryPlan {
  const { attempts, backoff, delay } = completeRetryPolicy(retry)
  const on = retry?.on && retry.on.length > 0 ? retry.on.map(String) : null
  return { attempts, backoff, delayMs: policyMs(delay, path, 'retry.delay'), jitter: retry?.jitter ?? true, on }
}

function fallbackPlanOf(
  fallback: NonNullable<Step['fallback']>,
  path: string,
  manifests: ReadonlyMap<string, StepManifest>,
): FallbackPlan {
  const manifest = manifests.get(fallback.type)
  if (!manifest) {
    throw new OrchestratorError(
      'unknown-step-type',
      `the fallback of step "${path}" has the unknown type "${fallback.type}"`,
      { step: path, field: 'fallback.type' },
    )
  }
  if (manifest.container) {
    throw new OrchestratorError(
      'invalid-policy',
      `the fallback of step "${path}" is a ${fallback.type}, which has steps inside`,
      { step: path, field: 'fallback.type', fix: 'Use a step type without steps inside.' },
    )
  }
  return { type: fallback.type, with: fallback.with ?? {}, effects: manifest.effects }
}

/** Null: never reused. Pure (and otherwise cacheable) types are by default; others only where the step says so. */
function cachePlanOf(cache: Step['cache'], path: string, manifest: StepManifest): CachePlan | null {
  if (cache === 'off' || manifest.container) return null
  if (cache === undefined) return manifest.cacheable ? { maxAgeMs: null, explicit: false } : null
  return { maxAgeMs: cache === 'forever' ? null : policyMs(cache, path, 'cache'), explicit: true }
}

function limitPlanOf(limit: StepLimit, path: string): LimitPlan {
  const rate = limit.rate === undefined ? null : rateOf(limit.rate)
  if (limit.rate !== undefined && !rate) {
    throw new OrchestratorError('invalid-policy', `step "${path}": "${limit.rate}" is not a rate; write 60/m or 5/s`, {
      step: path,
      field: 'limit.rate',
    })
  }
  return { key: limit.key, concurrency: limit.concurrency ?? null, rate }
}

function policyMs(duration: string, path: string, field: string): number {
  try {
    return durationToMs(duration)
  } catch (cause) {
    throw new OrchestratorError('invalid-policy', `step "${path}": ${(cause as Error).message}`, {
      step: path,
      field,
      cause,
    })
  }
}
