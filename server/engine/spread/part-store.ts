import { createHash } from 'node:crypto'
import type { Query, Transaction } from '#db/client.ts'
import type { RunPart } from '#db/schema/runs.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { RunStatus } from '#pipeline/events.ts'

/** A child run and how far it is. */
export interface PartRow {
  id: string
  status: RunStatus
  from: number
  count: number
  concurrency: number
  /** Once it has succeeded: a stored value, see `PartOutput`. */
  outputs: unknown
  error: ErrorInfo | null
  stepsDone: number
  stepsFailed: number
  costUsd: number
}

/** Which map of which run. */
export interface MapOfRun {
  runId: string
  path: string
  attempt: number
}

/** The same part has the same id whoever makes it: two workers that both think the parent theirs make one run. */
export function partIdOf({ runId, path, attempt }: MapOfRun, from: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([runId, path, attempt, from]))
    .digest('hex')
  const variant = ((Number.parseInt(hash[16]!, 16) & 3) | 8).toString(16)
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-')
}

/** All parts of a map that were made, in the order of their items. */
export async function findParts(query: Query, { runId, path, attempt }: MapOfRun): Promise<PartRow[]> {
  const { rows } = await query<PartRow>(
    `select id, status, (part->>'from')::int as "from", (part->>'count')::int as count,
      (part->>'concurrency')::int as concurrency, outputs, error, steps_done as "stepsDone", steps_failed as "stepsFailed",
      cost_usd as "costUsd"
    from runs where parent_run_id = $1 and part->>'path' = $2 and (part->>'attempt')::int = $3 order by 3`,
    [runId, path, attempt],
    'spread-find-parts',
  )
  return rows
}

/** A part to be made. */
export interface NewPart {
  part: RunPart
  inputs: Record<string, JsonValue>
}

/**
 * Makes child runs of a run that is still held under this epoch; those there are already stay as they are. Answers what is to
 * be queued: nothing when the run was taken over.
 */
export async function insertParts(
  { query }: Transaction,
  parent: MapOfRun & { epoch: number },
  parts: readonly NewPart[],
): Promise<{ id: string; priority: number; labels: string[]; parentRunId: string }[]> {
  const rows = parts.map(({ part, inputs }) => ({ id: partIdOf(parent, part.from), part, inputs }))
  const { rows: made } = await query<{ id: string; priority: number; labels: string[] }>(
    `with parent as (select * from runs where id = $1 and epoch = $2 for share)
    insert into runs (id, workspace_id, pipeline_id, pipeline_name, version_number, document_hash, kind, trigger, inputs,
      created_by, options, calls, source_run_id, priority, labels, parent_run_id, part)
    select p.id, r.workspace_id, r.pipeline_id, r.pipeline_name, r.version_number, r.document_hash, r.kind, r.trigger, p.inputs,
      r.created_by, r.options, r.calls, r.source_run_id, r.priority, r.labels, r.id, p.part
    from parent r, json_to_recordset($3::json) as p(id text, part json, inputs json)
    on conflict (id) do nothing
    returning id, priority, labels`,
    [parent.runId, parent.epoch, JSON.stringify(rows)],
    'spread-insert-parts',
  )
  return made.map((run) => ({ ...run, parentRunId: parent.runId }))
}

/** Workers that could carry out parts of the run: alive, not stopping, with its labels. */
export async function countWorkers(query: Query, runId: string): Promise<number> {
  const { rows } = await query<{ count: number }>(
    `select count(*)::int as count from workers w join runs r on r.id = $1
    where w.role <> 'web' and w.stopping = 0 and w.seen_at > now() - interval '15 seconds' and w.labels @> r.labels`,
    [runId],
    'spread-count-workers',
  )
  return rows[0]?.count ?? 0
}
