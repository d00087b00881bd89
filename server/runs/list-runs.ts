import type { Query } from '#db/client.ts'
import type { Scope } from '#server/auth/scope.ts'
import { decodeCursor, encodeCursor, searchPattern } from '#server/page-cursor.ts'
import type { RunFilter } from './run-filter.ts'
import type { RunPage } from './run-records.ts'
import { runColumns, runSummaryOf, type RunRow } from './run-rows.ts'

/** One page of the runs of a workspace, newest first, without parts of spread maps. */
export async function listRuns(
  query: Query,
  scope: Scope,
  options: RunFilter & { search?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<RunPage> {
  const { limit } = options
  const after = decodeCursor(options.cursor)
  const parameters: unknown[] = []
  const conditions: string[] = ['r.parent_run_id is null']
  /** Adds a condition in which `?` stands for the value; nothing when there is no value. */
  const where = (condition: string, value: unknown): void => {
    if (value === undefined || value === null) return
    parameters.push(value)
    conditions.push(condition.replaceAll('?', `$${parameters.length}`))
  }
  where('r.workspace_id = ?', scope.workspaceId)
  where('r.pipeline_id = ?', options.pipelineId)
  where('r.status = any(?::text[])', options.status?.length ? options.status : null)
  where('r.trigger = any(?::text[])', options.trigger?.length ? options.trigger : null)
  where('r.source_run_id = ?', options.sourceRunId)
  where('r.keep = ?', options.keep)
  where('r.created_at >= ?::timestamptz', options.since)
  where('r.created_at < ?::timestamptz', options.before)
  where("(r.pipeline_name ilike ? or r.error ->> 'message' ilike ? or r.id ilike ?)", searchPattern(options.search))
  if (after) {
    parameters.push(after.at, after.id)
    const at = `$${parameters.length - 1}::timestamptz`
    conditions.push(`(r.created_at < ${at} or (r.created_at = ${at} and r.id > $${parameters.length}::text))`)
  }
  parameters.push(limit + 1)
  const { rows } = await query<RunRow>(
    `select ${runColumns} from runs r where ${conditions.join(' and ')}
     order by r.created_at desc, r.id limit $${parameters.length}`,
    parameters,
  )
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(runSummaryOf),
    nextCursor: rows.length > limit && last ? encodeCursor({ at: last.exact_created_at, id: last.id }) : null,
  }
}
