import type { Database } from '#db/client.ts'
import type { RunEvent } from '#pipeline/events.ts'
import { readEntries } from '../journal-read.ts'
import { type JournalRow, unpackRows } from '../journal-rows.ts'
import type { PastEvent } from './past-run.ts'

const entriesPerRead = 1_000
/** Events whose JSON is longer stay in the journal until they are needed. */
const smallEvent = 1_000

/** The events of a run that matter for reuse, in order, some at a time. */
export async function* readPastEvents(database: Database, runId: string): AsyncGenerator<PastEvent[]> {
  for (let after = 0; ;) {
    const entries = await readEntries(database, runId, { after, limit: entriesPerRead })
    const events = entries.flatMap(({ seq, event }) => pastEventOf(runId, seq, event) ?? [])
    if (events.length > 0) yield events
    if (entries.length < entriesPerRead) return
    after = entries.at(-1)!.seq
  }
}

/** Events that were left in the journal, whole, in the order asked for. Rejects when one is not there any more. */
export async function fetchPastEvents(database: Database, events: readonly PastEvent[]): Promise<RunEvent[]> {
  const { rows } = await database.query<JournalRow & { wanted: number }>(
    `select k.seq as wanted, e.seq, e.at, e.data from unnest($1::text[], $2::int[]) with ordinality as k(run_id, seq, place)
     cross join lateral (
       select seq, at, data from run_events where run_id = k.run_id and seq >= k.seq order by seq limit 1
     ) as e order by k.place`,
    [events.map(({ runId }) => runId), events.map(({ seq }) => seq)],
    'reuse-fetch',
  )
  return rows.map(({ wanted, ...row }) => unpackRows([row], wanted - 1, 1)[0]!.event)
}

type UsefulEvent = Extract<RunEvent, { type: PastEvent['type'] }>

function isUseful(event: RunEvent): event is UsefulEvent {
  switch (event.type) {
    case 'step-succeeded':
    case 'step-failed':
    case 'step-retried':
    case 'step-yielded':
    case 'map-expanded':
    case 'loop-entered':
    case 'body-entered':
    case 'part-finished':
    case 'value-edited':
      return true
    case 'item-finished':
      // Of the many items of a map only those that failed.
      return event.error !== undefined || event.state !== undefined
    default:
      return false
  }
}

/** What of an event matters for reuse; null for most. */
export function pastEventOf(runId: string, seq: number, event: RunEvent): PastEvent | null {
  if (!isUseful(event)) return null
  return {
    runId,
    seq,
    type: event.type,
    path: event.path,
    event: JSON.stringify(event).length <= smallEvent ? event : null,
    handled: event.type === 'step-failed' && event.handled,
    reused: event.type === 'step-succeeded' ? (event.reused ?? null) : null,
    ends: event.type === 'step-succeeded' ? (event.ends ?? null) : null,
    failed: event.type === 'item-finished' && event.error !== undefined,
    itemErrors: event.type === 'map-expanded' ? (event.itemErrors ?? null) : null,
    partRunId: event.type === 'part-finished' ? event.runId : null,
  }
}
