import type { Database } from '#db/client.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import { Batcher } from './batcher.ts'
import { type JournalRow, unpackRows } from './journal-rows.ts'

/** Entries of a run with a seq above `after`, in order, at most `limit`. */
export async function readEntries(
  database: Database,
  runId: string,
  options: { after: number; limit: number },
): Promise<JournalEntry[]> {
  const { after, limit } = options
  const { rows } = await database.query<TextRow>(
    `select seq, at, data::text as data from run_events where run_id = $1 and seq > $2 and seq <= coalesce(
       (select seq from run_events where run_id = $1 and seq >= $3 order by seq limit 1), 2147483647)
     order by seq`,
    // The row that has the last of them may have more.
    [runId, after, Math.min(after + limit, 2_147_483_647)],
    'journal-read',
  )
  return unpackRows(rows.map(parseRow), after, limit)
}

/** With its events as text: parsed here they are not first parsed and then copied out of the thread of the embedded database. */
interface TextRow {
  seq: number
  at: number
  data: string
}

const parseRow = ({ seq, at, data }: TextRow): JournalRow => ({
  seq,
  at,
  data: JSON.parse(data) as JournalRow['data'],
})

const firstSql = `
select run.n::int as n, e.seq, e.at, e.data::text as data from unnest($1::text[]) with ordinality as run(id, n), lateral (
  select seq, at, data from run_events where run_id = run.id and seq <= coalesce(
    (select seq from run_events where run_id = run.id and seq >= $2 order by seq limit 1), 2147483647)
) e order by run.n, e.seq`

/** The first entries of runs, at most `limit` of each; what is asked for at the same moment is one read. */
export function createFirstEntries(database: Database, limit: number): Batcher<string, JournalEntry[]> {
  return new Batcher(async (runIds) => {
    const { rows } = await database.query<TextRow & { n: number }>(firstSql, [runIds, limit], 'journal-read-first')
    const byRun = Map.groupBy(rows, ({ n }) => n)
    return runIds.map((_, index) => unpackRows((byRun.get(index + 1) ?? []).map(parseRow), 0, limit))
  }, 100)
}
