import type { Database } from '#db/client.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import { type JournalRow, unpackRows } from './journal-rows.ts'

/** Entries of a run with a seq above `after`, in order, at most `limit`. */
export async function readEntries(
  database: Database,
  runId: string,
  options: { after: number; limit: number },
): Promise<JournalEntry[]> {
  const { after, limit } = options
  const { rows } = await database.query<JournalRow>(
    `select seq, at, data from run_events where run_id = $1 and seq > $2 and seq <= coalesce(
       (select seq from run_events where run_id = $1 and seq >= $3 order by seq limit 1), 2147483647)
     order by seq`,
    // The row that has the last of them may have more.
    [runId, after, Math.min(after + limit, 2_147_483_647)],
    'journal-read',
  )
  return unpackRows(rows, after, limit)
}
