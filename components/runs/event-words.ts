import type { RunEvent } from '#pipeline/events.ts'

const skipped = {
  'branch-not-taken': 'because its branch was not taken',
  'upstream-skipped': 'because a step before it was skipped',
  disabled: 'because it is disabled',
  'run-ended': 'because the run ended',
} as const

/** An event of the journal as a short sentence, without the step's name. */
export function eventWords(event: RunEvent): string {
  switch (event.type) {
    case 'run-started':
      return 'Run started'
    case 'run-claimed':
      return event.epoch > 1 ? `Taken up again by ${event.worker}` : `Taken up by ${event.worker}`
    case 'step-started':
      return event.attempt > 1 ? `Started, attempt ${event.attempt}` : 'Started'
    case 'step-retried':
      return `Failed, tries again: ${event.error.message}`
    case 'step-succeeded':
      return event.cached ? 'Succeeded, from the cache' : 'Succeeded'
    case 'step-failed':
      return event.handled ? `Failed, and the run goes on: ${event.error.message}` : `Failed: ${event.error.message}`
    case 'step-skipped':
      return `Skipped ${skipped[event.reason]}`
    case 'step-cancelled':
      return 'Cancelled'
    case 'map-expanded':
      return `Runs its body for ${event.count} ${event.count === 1 ? 'item' : 'items'}, ${event.concurrency} at a time`
    case 'item-finished':
      return event.error ? `Item failed: ${event.error.message}` : 'Item finished'
    case 'cancel-requested':
      return 'Stop requested'
    case 'run-succeeded':
      return 'Run succeeded'
    case 'run-failed':
      return `Run failed: ${event.error.message}`
    case 'run-cancelled':
      return 'Run stopped'
  }
}
