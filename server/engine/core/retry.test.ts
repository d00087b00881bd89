import type { ErrorInfo } from '#pipeline/errors.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RetryPlan } from './policy-plan.ts'
import { computeRetryDelayMs, isWorthRetrying, matchesError } from './retry.ts'

const plan = (more: Partial<RetryPlan> = {}): RetryPlan => ({
  attempts: 9,
  backoff: 'fixed',
  delayMs: 500,
  jitter: false,
  on: null,
  ...more,
})
const answered = (status: number, more: Record<string, unknown> = {}): ErrorInfo => ({
  code: 'request-failed',
  message: 'no',
  details: { status, ...more },
})

describe('the wait before another attempt', () => {
  it('stays the same or doubles, up to an hour', () => {
    const delays = (retry: RetryPlan) => [1, 2, 3].map((attempt) => computeRetryDelayMs(retry, attempt, 's'))
    expect(delays(plan())).toEqual([500, 500, 500])
    const growing = plan({ backoff: 'exponential' })
    expect(delays(growing)).toEqual([500, 1_000, 2_000])
    expect(computeRetryDelayMs(growing, 60, 's')).toBe(3_600_000)
    expect(computeRetryDelayMs({ ...growing, delayMs: 7_200_000 }, 3, 's')).toBe(7_200_000)
  })

  it('with jitter is 50 to 100% of it, equal for the same attempt, spread over different steps', () => {
    const retry = plan({ jitter: true })
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 50 }), (seed, attempt) => {
        const delay = computeRetryDelayMs(retry, attempt, seed)
        expect(delay).toBeGreaterThanOrEqual(250)
        expect(delay).toBeLessThanOrEqual(500)
        expect(computeRetryDelayMs(retry, attempt, seed)).toBe(delay)
      }),
    )
    const delays = Array.from({ length: 1_000 }, (_, index) => computeRetryDelayMs(retry, 1, `run/each[${index}].call`))
    const inQuarter = [0, 1, 2, 3].map(
      (quarter) => delays.filter((delay) => Math.min(3, Math.floor((delay - 250) / 62.5)) === quarter).length,
    )
    for (const count of inQuarter) expect(count).toBeGreaterThan(150)
  })

  it('is never shorter than a server asked for, and a little longer at random', () => {
    expect(computeRetryDelayMs(plan(), 1, 's', 7_000)).toBe(7_000)
    expect(computeRetryDelayMs(plan(), 1, 's', 100)).toBe(500)
    const asked = computeRetryDelayMs(plan({ jitter: true }), 1, 's', 7_000)
    expect(asked).toBeGreaterThan(7_000)
    expect(asked).toBeLessThanOrEqual(7_000 * 1.2)
  })
})

describe('which errors are tried again', () => {
  it('those that say so themselves, where the policy does not choose', () => {
    expect(isWorthRetrying(plan(), answered(503), true)).toBe(true)
    expect(isWorthRetrying(plan(), answered(404), false)).toBe(false)
  })

  it('only those the policy names, whatever they say of themselves', () => {
    const retry = plan({ on: ['429', '5xx', 'step-timeout'] })
    expect(isWorthRetrying(retry, answered(429), true)).toBe(true)
    expect(isWorthRetrying(retry, answered(502), true)).toBe(true)
    expect(isWorthRetrying(retry, answered(408), true)).toBe(false)
    expect(isWorthRetrying(retry, { code: 'step-timeout', message: '' }, true)).toBe(true)
    expect(isWorthRetrying(plan({ on: ['404'] }), answered(404), false)).toBe(true)
  })

  it('none that a server puts off for more than a day', () => {
    expect(isWorthRetrying(plan(), answered(429, { retryAfterMs: 3 * 86_400_000 }), true)).toBe(false)
  })

  it('matches a status digit by digit', () => {
    expect(matchesError('5XX', answered(500))).toBe(true)
    expect(matchesError('50x', answered(504))).toBe(true)
    expect(matchesError('50x', answered(511))).toBe(false)
    expect(matchesError('5', answered(500))).toBe(false)
    expect(matchesError('5xx', { code: 'step-failed', message: '' })).toBe(false)
  })
})
