import type { LimitRequest } from './limit-types.ts'

/** Somebody in line at a key. */
export type Waiter = Pick<LimitRequest, 'concurrency' | 'rate'>

/** What is known of a key. Times in epoch milliseconds, of one clock. */
export interface KeyUse {
  now: number
  /** Places taken. */
  held: number
  /** Starts since `now - spanOf(rate)`, for the rate of the first in line, and the oldest of them. */
  started: number
  oldestStart: number | null
}

/**
 * The span over which starts count: a little longer than the rate says, because what is let through here arrives a little
 * sooner or later at the server that counts.
 */
export function spanOf(rate: { perMs: number }): number {
  return rate.perMs + Math.min(1_000, Math.max(20, rate.perMs / 20))
}

/**
 * How many of those in line may go (from the first; `waiting` is in order), and when the next could (epoch ms; null: when a
 * place is given back). Those behind somebody with other limits wait for the next look.
 */
export function grantPlaces(waiting: readonly Waiter[], use: KeyUse): { granted: number; nextAt: number | null } {
  const first = waiting[0]
  if (!first) return { granted: 0, nextAt: null }
  const { concurrency, rate } = first
  const free = Math.max(0, (concurrency ?? Number.POSITIVE_INFINITY) - use.held)
  const due = Math.max(0, (rate?.count ?? Number.POSITIVE_INFINITY) - use.started)
  const alike = waiting.findIndex((waiter) => !isAlike(waiter, first))
  const granted = Math.min(free, due, alike < 0 ? waiting.length : alike)
  if (granted === waiting.length || granted === free) return { granted, nextAt: null }
  if (granted === alike) return { granted, nextAt: use.now }
  return { granted, nextAt: (use.oldestStart ?? use.now) + spanOf(rate!) }
}

function isAlike(one: Waiter, other: Waiter): boolean {
  return (
    one.concurrency === other.concurrency &&
    one.rate?.count === other.rate?.count &&
    one.rate?.perMs === other.rate?.perMs
  )
}
