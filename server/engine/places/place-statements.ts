import type { Query } from '#db/client.ts'

/** Runs of one pipeline that count together. */
export interface PlaceGroup {
  pipelineId: string
  key: string
}

const activeStatuses = `('queued', 'running', 'waiting', 'paused')`
const ofGroup = `pipeline_id = $1 and concurrency_key = $2`

/** Whoever takes or gives places of the group waits here for the end of the other's transaction. */
export async function lockGroup(query: Query, { pipelineId, key }: PlaceGroup): Promise<void> {
  await query(`select pg_advisory_xact_lock(hashtextextended('places/' || $1 || '/' || $2, 0))`, [pipelineId, key])
}

/** A run that has not ended, as a refusal names it. */
export interface ActiveRun {
  id: string
  status: string
  createdAt: Date
}

/** Runs of the group that have not ended, the oldest first. */
export async function activeRuns(query: Query, { pipelineId, key }: PlaceGroup): Promise<ActiveRun[]> {
  const { rows } = await query<ActiveRun>(
    `select id, status, created_at as "createdAt" from runs where ${ofGroup} and status in ${activeStatuses}
     order by created_at, id`,
    [pipelineId, key],
  )
  return rows
}

/** The groups of those of the runs that have not begun and need a place to. */
export async function groupsToEnter(query: Query, ids: readonly string[]): Promise<PlaceGroup[]> {
  const { rows } = await query<PlaceGroup>(
    `select distinct pipeline_id as "pipelineId", concurrency_key as key from runs
     where id = any($1::text[]) and status = 'queued' and epoch = 0 and concurrency_key is not null
     order by 1, 2`,
    [ids],
  )
  return rows
}

/** Every group in which a run has not begun. */
export async function groupsInQueue(query: Query): Promise<PlaceGroup[]> {
  const { rows } = await query<PlaceGroup>(
    `select distinct pipeline_id as "pipelineId", concurrency_key as key from runs
     where concurrency_key is not null and status = 'queued' and epoch = 0`,
  )
  return rows
}

/**
 * The runs whose turn it is: as many of the group as there are places free, by priority and age. A run has its place from when it
 * is first taken by a worker (its epoch is no longer 0) to its end; the limit is that of the run which is next.
 */
export async function nextRuns(query: Query, { pipelineId, key }: PlaceGroup): Promise<string[]> {
  const { rows } = await query<{ id: string }>(
    `with queued as materialized (
      select id, workspace_id, document_hash, priority, created_at from runs
      where ${ofGroup} and status = 'queued' and epoch = 0
    ), taken as materialized (
      select count(*) as places from runs where ${ofGroup} and status in ${activeStatuses} and epoch > 0
    ), lim as materialized (
      select (d.content -> 'concurrency' ->> 'limit')::int as places
      from queued q join documents d on d.workspace_id = q.workspace_id and d.hash = q.document_hash
      order by q.priority desc, q.created_at, q.id limit 1
    )
    select id from queued order by priority desc, created_at, id
    limit greatest(0, coalesce((select places from lim), 1) - (select places from taken))`,
    [pipelineId, key],
    'places-next',
  )
  return rows.map(({ id }) => id)
}
