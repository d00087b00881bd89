import type { Database, Query } from '#db/client.ts'

/** Runs of one transaction, and rows of the journal of another. */
const runsAtOnce = 200
const rowsAtOnce = 20_000

/** SQL for a finished run that nothing protects: it is not kept, no part of another, and nothing unfinished reuses its outputs. */
export const isUnprotected = (run: string): string =>
  `${run}.status in ('succeeded', 'failed', 'cancelled') and not ${run}.keep and ${run}.parent_run_id is null
   and not exists (
     select from runs later where later.source_run_id = ${run}.id and later.status not in ('succeeded', 'failed', 'cancelled')
   )`

/**
 * Deletes runs of the workspace that ended before the time, oldest first, some at a time: their rows at once, their journals
 * after that. What another process deletes or changes at the moment is left out. Resolves to how many runs there were.
 */
export async function deleteRuns(database: Database, workspaceId: string, endedBefore: Date): Promise<number> {
  let deleted = 0
  for (let more = true; more;) {
    const count = await database.transaction(async ({ query }) => {
      const { rows } = await query<{ id: string }>(
        // Nothing that ended before the time was created after it, and the index has the times of creation.
        `select r.id from runs r where r.workspace_id = $1 and r.created_at < $2 and r.finished_at < $2 and ${isUnprotected('r')}
         order by r.created_at limit ${runsAtOnce} for update of r skip locked`,
        [workspaceId, endedBefore],
      )
      if (rows.length > 0)
        await deleteRows(
          query,
          rows.map(({ id }) => id),
        )
      return rows.length
    })
    deleted += count
    more = count === runsAtOnce
    await deleteJournals(database)
  }
  return deleted
}

/** The rows of runs and of their parts. */
async function deleteRows(query: Query, ids: readonly string[]): Promise<void> {
  const { rows } = await query<{ id: string }>('select id from runs where id = any($1) or parent_run_id = any($1)', [
    ids,
  ])
  const all = [rows.map(({ id }) => id)]
  await query('insert into deleted_runs (run_id) select unnest($1::text[]) on conflict do nothing', all)
  await query('update run_values set released_at = now() where run_id = any($1) and released_at is null', all)
  await query('delete from run_waits where run_id = any($1)', all)
  await query('delete from run_signals where run_id = any($1)', all)
  await query('delete from runs where id = any($1)', all)
}

/** The journals of runs that are gone, also of those that a process did not get to before it ended. */
export async function deleteJournals({ query }: Pick<Database, 'query'>): Promise<void> {
  for (;;) {
    const { rows } = await query<{ run_id: string }>(`select run_id from deleted_runs limit ${runsAtOnce}`)
    if (rows.length === 0) return
    const ids = rows.map((row) => row.run_id)
    for (let more = true; more;) {
      const { affected } = await query(
        `delete from run_events where (run_id, seq) in (
           select run_id, seq from run_events where run_id = any($1) limit ${rowsAtOnce}
         )`,
        [ids],
      )
      more = affected === rowsAtOnce
    }
    await query('delete from deleted_runs where run_id = any($1)', [ids])
  }
}
