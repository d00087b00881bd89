import type { JournalEntry, Wait } from '#pipeline/events.ts'

/** `12 ms`, `1.2 s`, `3 min 4 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1_000)} s`
}

function describeWait({ kind, until, title, event }: Wait): string {
  if (kind === 'time') return `waits until ${new Date(until ?? 0).toISOString()}`
  return kind === 'event' ? `waits for the event ${event}` : `asks: ${title}`
}

/** Prints a line for each step as it ends; steps inside a map are only counted by their container. */
export function createRunReporter(print: (line: string) => void = console.log): (entry: JournalEntry) => void {
  return ({ event }) => {
    if (!('path' in event) || event.path === undefined || event.path.includes('[')) return
    if (event.type === 'step-succeeded') print(`  ✓ ${event.path}  ${formatDuration(event.durationMs)}`)
    else if (event.type === 'step-failed') {
      print(`  ${event.handled ? '!' : '✗'} ${event.path}  ${event.error.message}`)
    } else if (event.type === 'step-retried') {
      print(`  … ${event.path}  attempt ${event.attempt} failed: ${event.error.message}`)
    } else if (event.type === 'step-parked') print(`  ⏸ ${event.path}  ${describeWait(event.wait)}`)
    else if (event.type === 'step-skipped') print(`  - ${event.path}  skipped`)
    else if (event.type === 'step-cancelled') print(`  ■ ${event.path}  cancelled`)
    else if (event.type === 'map-expanded') print(`  · ${event.path}  ${event.count} items`)
  }
}
