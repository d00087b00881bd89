import type { ErrorInfo } from '#pipeline/errors.ts'
import type { RetryPlan } from './policy-plan.ts'

/** The longest an exponential backoff grows, unless the first delay is longer: one hour. */
const longestBackoffMs = 3_600_000
/** What a server may ask us to wait (Retry-After) and still be tried again: one day. */
const longestAskedMs = 86_400_000
/** How much of the time a server asked for is added at random, so that not everybody comes back at once. */
const spreadOfAsked = 0.2
const longestSpreadMs = 5_000

/**
 * Milliseconds to wait after the given failed attempt (from 1). `seed` (run and step path) decides the random part: the
 * same attempt of the same step always waits as long.
 */
export function computeRetryDelayMs(retry: RetryPlan, attempt: number, seed: string, askedMs = 0): number {
  const whole =
    retry.backoff === 'fixed'
      ? retry.delayMs
      : Math.min(retry.delayMs * 2 ** (attempt - 1), Math.max(retry.delayMs, longestBackoffMs))
  const part = retry.jitter ? fractionOf(`${seed}#${attempt}`) : 1
  const own = whole * (0.5 + part / 2)
  if (askedMs <= 0) return own
  return Math.max(own, askedMs + (retry.jitter ? part * Math.min(askedMs * spreadOfAsked, longestSpreadMs) : 0))
}

/** Whether another attempt follows this error: `on` decides where it is given, else what the error says of itself. */
export function isWorthRetrying(retry: RetryPlan, error: ErrorInfo, retryable: boolean): boolean {
  if (askedDelayMs(error) > longestAskedMs) return false
  return retry.on === null ? retryable : retry.on.some((pattern) => matchesError(pattern, error))
}

/** Whether an error has this code (`step-timeout`) or HTTP status (`429`, `5xx`). */
export function matchesError(pattern: string, error: ErrorInfo): boolean {
  if (pattern === error.code) return true
  const status = error.details?.['status']
  if (typeof status !== 'number') return false
  const digits = String(status)
  const wanted = pattern.toLowerCase()
  return (
    wanted.length === digits.length && [...wanted].every((digit, place) => digit === 'x' || digit === digits[place])
  )
}

/** How long a server asked us to wait, in milliseconds: `details.retryAfterMs` of an HTTP or model error; 0 when it did not. */
export function askedDelayMs(error: ErrorInfo): number {
  const asked = error.details?.['retryAfterMs']
  return typeof asked === 'number' && asked > 0 ? asked : 0
}

/** A number from 0 to 1 out of a text: FNV-1a with a finalizer, so that neighbours lie far apart. */
export function fractionOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 0xffffffff
}
