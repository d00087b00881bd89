import type { Query } from '#db/client.ts'
import { errorWordsSql } from '#db/error-words.ts'
import { readRuns } from './read-runs.ts'
import type { RunConditions } from './run-conditions.ts'
import { runColumns, type RunRow } from './run-rows.ts'

/** Failed runs that are looked through one by one before the index of words is asked. */
const lookedThrough = 1_000

/**
 * The newest runs whose pipeline name has the text in it, whose error message has words that begin with each of its words,
 * or whose id begins with it. Each in a way that an index answers, and no extension of the database is needed.
 */
export async function searchRuns(
  query: Query,
  conditions: RunConditions,
  search: string,
  limit: number,
): Promise<RunRow[]> {
  const found = await Promise.all([
    byName(query, conditions, search, limit),
    byError(query, conditions, search, limit),
    byId(query, conditions, search, limit),
  ])
  const rows = new Map(found.flat().map((row) => [row.id, row]))
  return [...rows.values()].sort(newestFirst).slice(0, limit)
}

function newestFirst(a: RunRow, b: RunRow): number {
  if (a.exact_created_at !== b.exact_created_at) return a.exact_created_at < b.exact_created_at ? 1 : -1
  return a.id < b.id ? 1 : -1
}

/** Names are few and runs many: the index has each name next to the one before it, whatever lies between. */
async function byName(query: Query, conditions: RunConditions, search: string, limit: number): Promise<RunRow[]> {
  const { rows } = await query<{ name: string }>(
    `with recursive names as (
       (select pipeline_name as name from runs where workspace_id = $1 and parent_run_id is null
        order by pipeline_name limit 1)
       union all
       select (select pipeline_name from runs where workspace_id = $1 and parent_run_id is null and pipeline_name > names.name
               order by pipeline_name limit 1)
       from names where names.name is not null
     ) select name from names where name is not null`,
    [conditions.scope.workspaceId],
    'search-names',
  )
  // Not in the database: whether it knows small and capital letters beyond ASCII is a matter of its locale.
  const text = search.toLowerCase()
  const names = rows.map(({ name }) => name).filter((name) => name.toLowerCase().includes(text))
  if (names.length === 0) return []
  if (names.length === 1)
    return readRuns(
      query,
      conditions.and((place) => `r.pipeline_name = ${place}`, names[0]),
      limit,
    )
  return readRuns(
    query,
    conditions.and((place) => `r.pipeline_name = any(${place}::text[])`, names),
    limit,
  )
}

/** Among the newest failed runs a frequent word is soon found, and only a rare one is worth a look in the index of words. */
async function byError(query: Query, conditions: RunConditions, search: string, limit: number): Promise<RunRow[]> {
  const { status } = conditions.filter
  const words = search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  if (words.length === 0 || (status && status.length > 0 && !status.includes('failed'))) return []
  const failed = conditions.and("r.status = 'failed'")
  const looked = failed.and('true')
  const patterns = words.map((word) => {
    looked.parameters.push(`\\m${word}`)
    return `r.error ->> 'message' ~* $${looked.parameters.length}`
  })
  const newest = await query<RunRow & { looked: number }>(
    `with newest as materialized (
       select * from runs r where ${failed.text} order by r.created_at desc, r.id desc limit ${lookedThrough}
     ) select ${runColumns}, (select count(*) from newest)::int as looked from newest r
     where ${patterns.join(' and ')} order by r.created_at desc, r.id desc limit ${limit}`,
    looked.parameters,
  )
  if (newest.rows.length === limit) return newest.rows
  const indexed = failed.and(
    (place) => `${errorWordsSql('r.error')} @@ to_tsquery('simple', ${place})`,
    words.map((word) => `${word}:*`).join(' & '),
  )
  const { rows } = await query<RunRow>(
    `with hits as materialized (select * from runs r where ${indexed.text})
     select ${runColumns} from hits r order by r.created_at desc, r.id desc limit ${limit}`,
    indexed.parameters,
  )
  return rows
}

/** An id begins with the time it was made at, which is that of the run but for moments: the index of times finds it. */
async function byId(query: Query, conditions: RunConditions, search: string, limit: number): Promise<RunRow[]> {
  const id = search.toLowerCase()
  const exact = await readRuns(
    query,
    conditions.and((place) => `r.id = ${place}`, id),
    1,
  )
  if (exact.length > 0 || !/^[0-9a-f]{8}[0-9a-f-]*$/.test(id)) return exact
  const digits = id.replaceAll('-', '').slice(0, 12)
  const from = Number.parseInt(digits.padEnd(12, '0'), 16) - idLeewayMs
  const to = Number.parseInt(digits.padEnd(12, 'f'), 16) + idLeewayMs
  const around = conditions
    .and((place) => `r.created_at >= ${place}::timestamptz`, new Date(from).toISOString())
    .and((place) => `r.created_at <= ${place}::timestamptz`, new Date(to).toISOString())
  return readRuns(
    query,
    around.and((place) => `starts_with(r.id, ${place})`, id),
    limit,
  )
}

/** Clocks of processes and the database differ, and a run waits a moment to be stored. */
const idLeewayMs = 120_000
