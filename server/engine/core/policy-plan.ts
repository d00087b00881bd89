import type { ErrorPolicy, JsonValue, RetryPolicy } from '#pipeline/document.ts'
import type { StepEffects } from '#pipeline/manifest.ts'

/** Attempts in total and how long to wait between them, in milliseconds. */
export interface RetryPlan {
  attempts: number
  backoff: RetryPolicy['backoff']
  delayMs: number
  /** Whether each delay is a random part of what it would be. */
  jitter: boolean
  /** Error codes and HTTP statuses that are tried again; null: what the error says of itself. */
  on: readonly string[] | null
}

/** What runs once in place of a step whose attempts have all failed. */
export interface FallbackPlan {
  type: string
  with: Record<string, JsonValue>
  effects: StepEffects
}

/** How long an output is reused (null: for ever); `explicit`: the step says so itself, whatever its type. */
export interface CachePlan {
  maxAgeMs: number | null
  explicit: boolean
}

/** A limit shared by key; `rate` counts starts in any span of `perMs`. */
export interface LimitPlan {
  /** May hold expressions. */
  key: string
  concurrency: number | null
  rate: { count: number; perMs: number } | null
}

/** What a step's policies come to. */
export interface PlanPolicies {
  onError: ErrorPolicy
  /** A map that reads a stream has one attempt: what it has read is gone. */
  retry: RetryPlan
  timeoutMs: number | null
  fallback: FallbackPlan | null
  cache: CachePlan | null
  limit: LimitPlan | null
  /** Higher first where steps wait for a place. */
  priority: number
}
