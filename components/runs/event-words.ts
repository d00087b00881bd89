import type { RunEvent } from '#pipeline/events.ts'
import { skipWords } from './skip-words.ts'
import { waitWords } from './wait-words.ts'

const plural = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`

/** `because its branch was not taken`. */
const lowerFirst = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1)

/** An event of the journal as a short sentence, without the step's name. */
export function eventWords(event: RunEvent): string {
  switch (event.type) {
    case 'run-started':
      return event.source ? 'Run started, with outputs of an earlier run' : 'Run started'
    case 'run-claimed':
      return event.epoch > 1 ? `Taken up again by ${event.worker}` : `Taken up by ${event.worker}`
    case 'step-started':
      return event.attempt > 1 ? `Started, attempt ${event.attempt}` : 'Started'
    case 'step-held':
      return `Waits for the limit ${event.limit}`
    case 'step-retried':
      return `Failed, ${event.fallback ? 'its fallback is next' : 'tries again'}: ${event.error.message}`
    case 'step-succeeded':
      return succeededWords(event)
    case 'step-failed':
      return event.handled ? `Failed, and the run goes on: ${event.error.message}` : `Failed: ${event.error.message}`
    case 'step-failing':
      return `Fails, and winds down what is in it: ${event.error.message}`
    case 'step-skipped':
      return `Skipped: ${lowerFirst(skipWords[event.reason])}`
    case 'step-cancelled':
      return 'Cancelled'
    case 'step-parked':
      return waitWords(event.wait)
    case 'step-yielded':
      return `Handed on ${plural(event.count, 'item')}, ${event.from + event.count} so far`
    case 'map-expanded':
      return event.stream
        ? `Runs its body for each item of ${event.stream}, ${event.concurrency} at a time`
        : `Runs its body for ${plural(event.count, 'item')}, ${event.concurrency} at a time${
            event.partSize ? `, spread over workers ${event.partSize} a part` : ''
          }`
    case 'part-finished':
      return `Items ${event.from} to ${event.from + event.count - 1} are done${
        event.errors.length > 0 ? `, ${event.errors.length} failed` : ''
      }`
    case 'loop-entered':
      return `Loops, at most ${plural(event.limit, 'turn')}`
    case 'body-entered':
      return 'Began with the steps in it'
    case 'item-finished':
      return itemWords(event)
    case 'run-paused':
      return { asked: 'Paused', breakpoint: 'Paused at a breakpoint', 'step-through': 'Paused after one step' }[
        event.reason
      ]
    case 'run-resumed':
      return event.mode === 'step' ? `Goes on for one step, by ${event.by}` : `Goes on, by ${event.by}`
    case 'value-edited':
      return `Output changed by ${event.by}`
    case 'limit-reached':
      return `Winds down: ${event.error.message}`
    case 'cancel-requested':
      return `Stop requested by ${event.by}`
    case 'run-succeeded':
      return 'Run succeeded'
    case 'run-failed':
      return `Run failed: ${event.error.message}`
    case 'run-cancelled':
      return 'Run stopped'
  }
}

function succeededWords(event: Extract<RunEvent, { type: 'step-succeeded' }>): string {
  if (event.reused === 'pin') return 'Its pinned output was used'
  if (event.reused === 'run') return 'Its output in the earlier run was used'
  if (event.fallback) return `Its fallback step succeeded, after: ${event.fallback.message}`
  if (event.ends === 'run') return 'Ended the run here, as a success'
  if (event.ends === 'container') return 'Ended the map or loop around it'
  return event.cached ? 'Succeeded, from the cache' : 'Succeeded'
}

function itemWords(event: Extract<RunEvent, { type: 'item-finished' }>): string {
  if (event.error) return `Item failed: ${event.error.message}`
  if (event.again !== undefined) return event.again ? 'Turn finished, another one follows' : 'Last turn finished'
  if (event.stop) return 'Item finished, and no more are begun'
  return 'Item finished'
}
