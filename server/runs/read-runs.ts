import type { Query } from '#db/client.ts'
import type { RunConditions } from './run-conditions.ts'
import { runColumns, type RunRow } from './run-rows.ts'

/** The newest runs that meet the conditions. */
export async function readRuns(query: Query, conditions: RunConditions, limit: number): Promise<RunRow[]> {
  const { text, parameters } = conditions
  const { rows } = await query<RunRow>(
    `select ${runColumns} from runs r where ${text} order by r.created_at desc, r.id desc limit ${limit}`,
    parameters,
  )
  return rows
}
