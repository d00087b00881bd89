import type { Query } from '#db/client.ts'

/** More are not retried one by one. */
const limit = 10_000

/** Run paths of the steps at which items of maps failed. */
export async function findFailedItems(query: Query, runId: string): Promise<string[]> {
  const { rows } = await query<{ path: string }>(
    `select coalesce(data -> 'error' ->> 'step', data ->> 'path') as path from run_journal
     where run_id = $1 and data ->> 'type' = 'item-finished' and data -> 'error' is not null
     union
     select coalesce(error -> 'error' ->> 'step', (data ->> 'path') || '[' || (error ->> 'index') || ']')
     from run_journal, json_array_elements(data -> 'errors') as error
     where run_id = $1 and data ->> 'type' = 'part-finished'
     limit ${limit}`,
    [runId],
  )
  return rows.map(({ path }) => path)
}
