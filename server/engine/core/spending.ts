import type { RunEvent } from '#pipeline/events.ts'

/** What a run has used up of what its own limits count. */
export interface Spending {
  /** Step attempts begun. */
  attempts: number
  /** US dollars spent on models. */
  costUsd: number
}

/** Counts one event in. */
export function countSpending(spent: Spending, event: RunEvent): void {
  if (event.type === 'step-started') spent.attempts += 1
  else if (event.type === 'step-succeeded' || event.type === 'step-failed' || event.type === 'step-retried') {
    spent.costUsd += costOf(event.usage)
  } else if (event.type === 'part-finished') spent.costUsd += event.costUsd ?? 0
}

function costOf(usage: unknown): number {
  if (typeof usage !== 'object' || usage === null || !('costUsd' in usage)) return 0
  return typeof usage.costUsd === 'number' ? usage.costUsd : 0
}
