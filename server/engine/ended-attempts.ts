import type { JournalEntry, RunEvent } from '#pipeline/events.ts'

/** The number of the last attempt that has ended in these entries, by step path. */
export function endedAttempts(entries: readonly JournalEntry[]): Map<string, number> {
  const ended = new Map<string, number>()
  for (const { event } of entries) {
    if (isEnd(event)) ended.set(event.path, 'attempt' in event ? event.attempt : Number.POSITIVE_INFINITY)
  }
  return ended
}

type EndEvent = Extract<RunEvent, { type: 'step-succeeded' | 'step-failed' | 'step-retried' | 'step-cancelled' }>

const isEnd = (event: RunEvent): event is EndEvent =>
  event.type === 'step-succeeded' ||
  event.type === 'step-failed' ||
  event.type === 'step-retried' ||
  event.type === 'step-cancelled'
