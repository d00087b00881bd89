import type { Query } from '#db/client.ts'
import type { Scope } from '#server/auth/scope.ts'
import { decodeCursor, encodeCursor } from '#server/page-cursor.ts'
import { RunConditions } from './run-conditions.ts'
import type { RunFilter } from './run-filter.ts'
import type { RunPage } from './run-records.ts'
import { readRuns } from './read-runs.ts'
import { runSummaryOf } from './run-rows.ts'
import { searchRuns } from './search-runs.ts'

/** Which runs, and from where on: `cursor` is the one that the page before gave. */
export interface RunListOptions extends RunFilter {
  /** Words of the pipeline's name or of the error, or the beginning of the run's id. */
  search?: string | undefined
  cursor?: string | undefined
  limit: number
}

/** One page of the runs of a workspace, newest first, without parts of spread maps. */
export async function listRuns(query: Query, scope: Scope, options: RunListOptions): Promise<RunPage> {
  const { search, limit } = options
  const conditions = new RunConditions(scope, options, decodeCursor(options.cursor))
  const rows = search?.trim()
    ? await searchRuns(query, conditions, search.trim(), limit + 1)
    : await readRuns(query, conditions, limit + 1)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(runSummaryOf),
    nextCursor: rows.length > limit && last ? encodeCursor({ at: last.exact_created_at, id: last.id }) : null,
  }
}
