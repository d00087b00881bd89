import type { Database, Query } from '#db/client.ts'
import type { RunPart } from '#db/schema/runs.ts'
import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { RunStatus } from '#pipeline/events.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import type { StartRequest } from './engine-types.ts'
import type { CallHashes } from './plans.ts'
import type { PlaceGroup } from './places/place-statements.ts'
import { admitRuns } from './places/places.ts'

/** A run to be stored. */
export interface NewRun {
  id: string
  documentHash: string
  /** Hashes of `request.calls`. */
  calls: CallHashes
  /** Labels a worker must have to carry it out. */
  labels: readonly string[]
  request: StartRequest
  /** Runs of one pipeline with an equal key count together for its `concurrency`. */
  concurrencyKey?: string | null
}

/** A run this process has taken over. */
export interface ClaimedRun {
  id: string
  workspaceId: string
  documentHash: string
  /** Hashes of the documents it calls; null when it calls none. */
  calls: CallHashes | null
  /** What makes it differ from a plain run of its document. */
  options: RunOptions | null
  part: RunPart | null
  /** Of a part: the run it works for. */
  parentRunId: string | null
  createdBy: string
  epoch: number
  /** Null when nothing of it has been carried out. */
  startedAt: Date | null
  inputs: Record<string, JsonValue>
  stepsDone: number
  stepsFailed: number
  costUsd: number
  /** Under what it counts for the `concurrency` of its pipeline. */
  place: PlaceGroup | null
}

/** Whether the worker `owner` names is gone: its advisory lock can be had. The embedded database has one process, this one. */
const ownerIsGone = (database: Database): string =>
  database.kind === 'pglite' ? 'true' : 'pg_try_advisory_xact_lock(hashtextextended(owner, 0))'

/** Higher first where runs wait for a worker. */
export const runPriority = ({ priority, document }: StartRequest): number => priority ?? document.priority ?? 0

/** Stores documents (once each) and queued runs; answers the ids of those stored: not one whose idempotency key is taken. */
export async function insertRuns(query: Query, runs: readonly NewRun[]): Promise<string[]> {
  const rows = runs.map(({ id, documentHash, calls, labels, request, concurrencyKey }) => ({
    id,
    workspace_id: request.scope.workspaceId,
    pipeline_id: request.pipelineId ?? null,
    pipeline_name: request.pipelineName,
    version_number: request.versionNumber ?? null,
    document_hash: documentHash,
    kind: request.kind ?? 'run',
    trigger: request.trigger ?? 'manual',
    inputs: request.inputs,
    created_by: request.scope.memberId,
    options: request.options ?? null,
    calls: Object.keys(calls).length > 0 ? calls : null,
    source_run_id: request.sourceRunId ?? null,
    idempotency_key: request.idempotencyKey ?? null,
    concurrency_key: concurrencyKey ?? null,
    priority: runPriority(request),
    labels,
  }))
  const documents = new Map<string, { workspace_id: string; hash: string; content: PipelineDocument }>()
  for (const { documentHash, calls, request } of runs) {
    const workspace_id = request.scope.workspaceId
    const add = (hash: string, content: PipelineDocument): void => {
      documents.set(`${workspace_id}/${hash}`, { workspace_id, hash, content })
    }
    add(documentHash, request.document)
    for (const [key, hash] of Object.entries(calls)) add(hash, request.calls![key]!)
  }
  const { rows: stored } = await query<{ id: string }>(
    `with stored as (
      insert into documents (workspace_id, hash, content)
      select workspace_id, hash, content
      from json_to_recordset($1::json) as d(workspace_id text, hash text, content json)
      on conflict do nothing
    )
    insert into runs (id, workspace_id, pipeline_id, pipeline_name, version_number, document_hash, kind, trigger, inputs,
      created_by, options, calls, source_run_id, idempotency_key, concurrency_key, priority, labels)
    select id, workspace_id, pipeline_id, pipeline_name, version_number, document_hash, kind, trigger, inputs,
      created_by, options, calls, source_run_id, idempotency_key, concurrency_key, priority, labels
    from json_to_recordset($2::json) as r(id text, workspace_id text, pipeline_id text, pipeline_name text,
      version_number int, document_hash text, kind text, trigger text, inputs json, created_by text, options json, calls json,
      source_run_id text, idempotency_key text, concurrency_key text, priority int,
      labels text[])
    on conflict (workspace_id, idempotency_key) where idempotency_key is not null do nothing
    returning id`,
    [JSON.stringify([...documents.values()]), JSON.stringify(rows)],
    'engine-insert-runs',
  )
  return stored.map(({ id }) => id)
}

/** Those of the runs that are there already: after a commit whose answer was lost. */
export async function findStored(query: Query, ids: readonly string[]): Promise<string[]> {
  const { rows } = await query<{ id: string }>('select id from runs where id = any($1::text[])', [ids])
  return rows.map(({ id }) => id)
}

/** The run that took an idempotency key. Throws `conflict` when it is of another pipeline. */
export async function findByIdempotencyKey(query: Query, request: StartRequest): Promise<string | null> {
  const { scope, pipelineId = null, idempotencyKey } = request
  const { rows } = await query<{ id: string; pipelineId: string | null }>(
    'select id, pipeline_id as "pipelineId" from runs where workspace_id = $1 and idempotency_key = $2',
    [scope.workspaceId, idempotencyKey],
  )
  const [first] = rows
  if (first && first.pipelineId !== pipelineId) {
    throw new OrchestratorError(
      'conflict',
      `the idempotency key "${idempotencyKey}" belongs to a run of another pipeline`,
      {
        fix: 'Use a key of its own for every start that is meant.',
        details: { runId: first.id },
        retryable: false,
      },
    )
  }
  return first?.id ?? null
}

/** Takes over those of the runs that have not ended and whose owner, if any, is gone or this worker. */
export async function claimRuns(
  database: Database,
  ids: readonly string[],
  worker: string,
  options: {
    /** In a transaction, so that places are given once. */
    query: Query
    /** Taken from their workers by the queue. */
    force?: readonly string[]
    /** Whether runs are taken that have to wait for a place among those of their pipeline. */
    anyPlace?: boolean
  },
): Promise<ClaimedRun[]> {
  const { query, force = [], anyPlace = false } = options
  const claim = (claimed: readonly string[], places: 'any' | 'none'): Promise<{ rows: ClaimedRun[] }> =>
    query<ClaimedRun>(claimSql(database, places), [claimed, worker, force], `engine-claim-runs-${places}`)
  const { rows } = await claim(ids, anyPlace ? 'any' : 'none')
  if (anyPlace || rows.length === ids.length) return rows
  const claimed = new Set(rows.map(({ id }) => id))
  const admitted = await admitRuns(
    query,
    ids.filter((id) => !claimed.has(id)),
  )
  return admitted.length === 0 ? rows : [...rows, ...(await claim(admitted, 'any')).rows]
}

/** `none`: of runs that have not begun, only those that need no place. */
const claimSql = (database: Database, places: 'any' | 'none'): string =>
  `update runs set epoch = epoch + 1, owner = $2, wake_at = null,
      status = case when status in ('waiting', 'paused') then 'running' else status end
    where id = any($1::text[]) and status in ('queued', 'running', 'waiting', 'paused')
      and (owner is null or owner = $2 or id = any($3::text[]) or ${ownerIsGone(database)})
      ${places === 'none' ? 'and (concurrency_key is null or epoch > 0)' : ''}
    returning id, workspace_id as "workspaceId", document_hash as "documentHash", calls, options, part,
      parent_run_id as "parentRunId", created_by as "createdBy", epoch,
      started_at as "startedAt", inputs, steps_done as "stepsDone", steps_failed as "stepsFailed", cost_usd as "costUsd",
      case when concurrency_key is not null
        then json_build_object('pipelineId', pipeline_id, 'key', concurrency_key) end as place`

/** Workers that hold runs and do not work on them. */
export interface GoneWorkers {
  /** Their lock is free. */
  dead: string[]
  /** They hold their lock, and were not heard of for too long. */
  silent: string[]
}

/** Finds them on PostgreSQL. Soon after a restart of the database nobody is judged: all have lost their locks. */
export async function findGoneWorkers(
  query: Query,
  { worker, silentMs, graceMs }: { worker: string; silentMs: number; graceMs: number },
): Promise<GoneWorkers> {
  const { rows } = await query<{ owner: string; dead: boolean }>(
    `with others as materialized (
      select distinct owner from runs
      where status in ('queued', 'running') and owner is not null and owner <> $1
        and pg_postmaster_start_time() < now() - make_interval(secs => $3)
    ), checked as materialized (
      select owner, pg_try_advisory_xact_lock(hashtextextended(owner, 0)) as dead from others
    )
    select owner, dead from checked left join workers on id = owner
    where dead or seen_at < now() - make_interval(secs => $2)`,
    [worker, silentMs / 1_000, graceMs / 1_000],
    'engine-find-gone',
  )
  return {
    dead: rows.filter(({ dead }) => dead).map(({ owner }) => owner),
    silent: rows.filter(({ dead }) => !dead).map(({ owner }) => owner),
  }
}

/** Takes their unfinished runs from workers; a silent one may still write, so its runs get a new epoch at once, and the places of its steps are free. Answers their ids. */
export async function releaseRuns(query: Query, { dead, silent }: GoneWorkers): Promise<string[]> {
  const { rows } = await query<{ id: string }>(
    `with freed as (delete from limit_holders where worker = any($2::text[]))
    update runs set owner = null, epoch = epoch + (owner = any($2::text[]))::int
    where status in ('queued', 'running') and owner = any($1::text[]) returning id`,
    [[...dead, ...silent], silent],
  )
  return rows.map(({ id }) => id)
}

/** Those of the runs that are still this worker's, under the epoch it knows. */
export async function findHeld(
  query: Query,
  worker: string,
  runs: readonly { id: string; epoch: number }[],
): Promise<Set<string>> {
  const { rows } = await query<{ id: string }>(
    `select r.id from unnest($1::text[], $2::int[]) as held(id, epoch) join runs r using (id, epoch) where r.owner = $3`,
    [runs.map(({ id }) => id), runs.map(({ epoch }) => epoch), worker],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Every run that has not ended. */
export async function findUnfinished(query: Query): Promise<string[]> {
  const { rows } = await query<{ id: string }>(`select id from runs where status in ('queued', 'running') order by id`)
  return rows.map(({ id }) => id)
}

/** Gives up those of the runs that are this worker's, so that any other may take them. Answers their ids. */
export async function disownRuns(query: Query, ids: readonly string[], worker: string): Promise<string[]> {
  const { rows } = await query<{ id: string }>(
    `update runs set owner = null where id = any($1::text[]) and owner = $2 returning id`,
    [ids, worker],
  )
  return rows.map(({ id }) => id)
}

/** Passes the unfinished runs of one worker name to another. */
export async function renameOwner(query: Query, before: string, after: string): Promise<void> {
  await query(`update runs set owner = $2 where owner = $1 and status in ('queued', 'running')`, [before, after])
}

/** Who holds a run of the workspace and where it stands. Throws `not-found`. */
export async function findRun(
  database: Database,
  workspaceId: string,
  runId: string,
): Promise<{ status: RunStatus; owner: string | null }> {
  const { rows } = await database.query<{ status: RunStatus; owner: string | null }>(
    'select status, owner from runs where workspace_id = $1 and id = $2',
    [workspaceId, runId],
  )
  if (!rows[0]) throw new OrchestratorError('not-found', `there is no run ${runId}`)
  return rows[0]
}

/** A stored document. Throws `not-found`. */
export async function loadDocument(database: Database, workspaceId: string, hash: string): Promise<PipelineDocument> {
  const { rows } = await database.query<{ content: PipelineDocument }>(
    'select content from documents where workspace_id = $1 and hash = $2',
    [workspaceId, hash],
  )
  if (!rows[0]) throw new OrchestratorError('not-found', `there is no document ${hash}`)
  return rows[0].content
}
