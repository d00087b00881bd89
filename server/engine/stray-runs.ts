import type { Query } from '#db/client.ts'

/** How many of the oldest are looked at: what is lost does not get younger. */
const looked = 1_000

/**
 * Runs that nobody would ever go on with: they have no owner, are not resting, wait for no place among the runs of their
 * pipeline, and have no job. None are known to come about; a defect of ours or a queue that was meddled with would leave some.
 */
export async function findStrays(query: Query): Promise<string[]> {
  const { rows } = await query<{ id: string }>(
    `with oldest as (
      select id, epoch from runs
      where status in ('queued', 'running') and owner is null and (concurrency_key is null or epoch > 0)
        and created_at < now() - interval '1 minute'
      order by id limit $1
    )
    select id from oldest where not exists (select from pgboss.job j where j.id = oldest.id::uuid and j.state < 'completed')`,
    [looked],
    'engine-find-strays',
  )
  return rows.map(({ id }) => id)
}

/** Runs that are a worker's by the database. */
async function findOwned(query: Query, worker: string): Promise<string[]> {
  const { rows } = await query<{ id: string }>(
    `select id from runs where status in ('queued', 'running') and owner = $1`,
    [worker],
    'engine-find-owned',
  )
  return rows.map(({ id }) => id)
}

/** Parts at work for runs that have ended: the worker that should have cancelled them died just then. */
export async function findOrphanedParts(query: Query): Promise<{ id: string; workspaceId: string }[]> {
  const { rows } = await query<{ id: string; workspaceId: string }>(
    `select part.id, part.workspace_id as "workspaceId" from runs part join runs whole on whole.id = part.parent_run_id
    where part.parent_run_id is not null and part.status not in ('succeeded', 'failed', 'cancelled')
      and whole.status in ('succeeded', 'failed', 'cancelled')`,
    [],
    'engine-find-orphaned-parts',
  )
  return rows
}

export interface StrayOptions {
  worker(): string
  /** Whether this process works on a run that is its own. */
  isInHand(runId: string): boolean
  giveBack(runIds: readonly string[]): Promise<void>
  requeue(runIds: readonly string[]): Promise<void>
  cancel(workspaceId: string, runId: string): Promise<void>
  onProblem(message: string, cause: unknown): void
  /** Milliseconds between two looks (60,000). */
  everyMs?: number
}

/** Looks for all of them now and then; gives what ends that. */
export function watchStrays(query: Query, options: StrayOptions): () => void {
  const { worker, isInHand, giveBack, requeue, cancel, onProblem, everyMs = 60_000 } = options
  let notInHand = new Set<string>()
  const look = async (): Promise<void> => {
    const strays = await findStrays(query)
    if (strays.length > 0) onProblem(`runs were queued again that nobody would have gone on with`, strays)
    await requeue(strays)
    // What is ours and not in hand at two looks is not just on its way: its start was committed, but we were never told.
    const owned = (await findOwned(query, worker())).filter((id) => !isInHand(id))
    await giveBack(owned.filter((id) => notInHand.has(id)))
    notInHand = new Set(owned)
    for (const { id, workspaceId } of await findOrphanedParts(query)) await cancel(workspaceId, id)
  }
  // Not all workers at the same moment.
  const timer = setInterval(
    () => {
      look().catch((cause: unknown) => onProblem('stray runs could not be looked for', cause))
    },
    everyMs * (0.75 + Math.random() / 2),
  )
  timer.unref()
  return () => clearInterval(timer)
}
