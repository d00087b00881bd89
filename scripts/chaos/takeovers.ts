import type { Effect } from './chaos-step.ts'

/** A worker that was killed, and when (epoch milliseconds). */
export interface Kill {
  pid: number
  at: number
}

/**
 * How long runs stood still, in milliseconds: for each run that a killed worker was at work on, the time from the kill to
 * the next step elsewhere. A worker had a run in hand when the run's latest effect, at most two seconds before, was its.
 */
export function takeoverTimes(kills: readonly Kill[], effects: ReadonlyMap<string, readonly Effect[]>): number[] {
  const times: number[] = []
  for (const ofRun of effects.values()) {
    const ordered = ofRun.toSorted((a, b) => a.at - b.at)
    for (const { pid, at } of kills) {
      const before = ordered.findLast((effect) => effect.at <= at)
      if (before?.pid !== pid || before.at < at - 2_000) continue
      const next = ordered.find((effect) => effect.startedAt >= at)
      if (next) times.push(next.startedAt - at)
    }
  }
  return times
}

/** The value below which this share of the values lies; null of nothing. */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}
