import type { Database, Query, Transaction } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { newId } from '#pipeline/new-id.ts'
import type { StartRequest } from '../engine-types.ts'
import type { RunQueue } from '../run-queue.ts'
import {
  activeRuns,
  type ActiveRun,
  groupsInQueue,
  groupsToEnter,
  lockGroup,
  nextRuns,
  type PlaceGroup,
} from './place-statements.ts'

/** A run that is next and was forgotten, by a process that died before it could say so, waits this long at most. */
const sweepMs = 5_000

/** Those of the runs that may begin; call it in the transaction that claims them. */
export async function admitRuns(query: Query, ids: readonly string[]): Promise<string[]> {
  const admitted: string[] = []
  for (const group of await groupsToEnter(query, ids)) {
    await lockGroup(query, group)
    const next = new Set(await nextRuns(query, group))
    admitted.push(...ids.filter((id) => next.has(id)))
  }
  return admitted
}

/**
 * Makes room for a run of a pipeline that does not queue, in the transaction that stores it: throws `run-refused` where it is full,
 * or answers the oldest runs, which have to be cancelled; their signals are stored.
 */
export async function makeRoom(query: Query, group: PlaceGroup, request: StartRequest): Promise<string[]> {
  const { limit, when_full: whenFull } = request.document.concurrency!
  await lockGroup(query, group)
  const active = await activeRuns(query, group)
  if (active.length < limit) return []
  if (whenFull !== 'replace') throw refusal(request, group, active)
  const replaced = active.slice(0, active.length - limit + 1).map(({ id }) => id)
  await query(
    `insert into run_signals (id, run_id, kind, payload, by)
     select id, run_id, 'cancel', 'null', $3 from unnest($1::text[], $2::text[]) as s(id, run_id)`,
    [replaced.map(newId), replaced, request.scope.memberId],
  )
  return replaced
}

function refusal(
  { document, pipelineName }: StartRequest,
  { key }: PlaceGroup,
  active: ActiveRun[],
): OrchestratorError {
  const { limit } = document.concurrency!
  const [oldest] = active
  return new OrchestratorError(
    'run-refused',
    `${active.length === 1 ? 'a run' : `${active.length} runs`} of "${pipelineName}" ${active.length === 1 ? 'is' : 'are'} active${key === '' ? '' : ` for "${key}"`}, and no more than ${limit} may be`,
    {
      fix: `Wait for ${oldest!.id} to end or cancel it, or have runs queue (\`when_full: queue\`).`,
      details: {
        limit,
        key,
        active: active.map(({ id, status, createdAt }) => ({ id, status, createdAt: createdAt.toISOString() })),
      },
      retryable: false,
    },
  )
}

/** Passes places on: to the run that is next, when one has ended. */
export interface Places {
  /** A run that counted has ended. */
  left(group: PlaceGroup): Promise<void>
  close(): Promise<void>
}

/** A worker also looks now and then for runs whose turn has come and that nobody queued. */
export function openPlaces(
  database: Database,
  queue: Pick<RunQueue, 'requeueIn' | 'notify'>,
  options: { worker: boolean; onProblem(message: string, cause: unknown): void },
): Places {
  let sweeping: Promise<void> | null = null

  async function queueNext(group: PlaceGroup): Promise<void> {
    const queued = await database.transaction(async (transaction) => {
      await lockGroup(transaction.query, group)
      const lacking = await withoutJob(transaction, await nextRuns(transaction.query, group))
      if (lacking.length > 0) await queue.requeueIn(transaction, lacking)
      return lacking.length > 0
    })
    if (queued) queue.notify()
  }

  async function sweep(): Promise<void> {
    for (const group of await groupsInQueue(database.query)) await queueNext(group)
  }

  const timer = options.worker
    ? setInterval(() => {
        sweeping ??= sweep()
          .catch((cause: unknown) => options.onProblem('runs that are next could not be queued', cause))
          .finally(() => {
            sweeping = null
          })
      }, sweepMs)
    : undefined
  timer?.unref()

  return {
    left: queueNext,
    async close() {
      clearInterval(timer)
      await sweeping
    },
  }
}

async function withoutJob({ query }: Transaction, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const { rows } = await query<{ id: string }>(
    `select k.id from unnest($1::text[]) as k(id)
     where not exists (select from pgboss.job j where j.id::text = k.id and j.state < 'completed')`,
    [ids],
  )
  return rows.map(({ id }) => id)
}
