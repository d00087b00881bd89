import type { Database } from '#db/client.ts'
import type { JournalEntry } from '#pipeline/events.ts'

/** Entries of a run with a seq above `after`, in order, at most `limit`. */
export async function readEntries(
  database: Database,
  runId: string,
  options: { after: number; limit: number },
): Promise<JournalEntry[]> {
  const { rows } = await database.query<JournalEntry>(
    'select seq, at, data as event from run_events where run_id = $1 and seq > $2 order by seq limit $3',
    [runId, options.after, options.limit],
    'journal-read',
  )
  return rows
}
