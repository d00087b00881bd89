import type { Database, Query, Transaction } from '#db/client.ts'
import { Batcher } from './batcher.ts'
import type { Hub } from './hub-types.ts'
import { patiently } from './patiently.ts'
import { makeRoom } from './places/places.ts'
import type { RunQueue } from './run-queue.ts'
import type { RunSignals } from './run-signals.ts'
import { type ClaimedRun, findByIdempotencyKey, findStored, insertRuns, type NewRun, runPriority } from './run-store.ts'

/** A process that may carry out what it starts itself. */
export interface OwnRuns {
  /** How many runs it may take without asking the queue: none when another could, or when some wait already. */
  room(): number
  /** Whether it has the labels. */
  canTake(labels: readonly string[]): boolean
  claim(query: Query, runIds: readonly string[]): Promise<ClaimedRun[]>
  take(claimed: readonly ClaimedRun[]): void
}

export interface RunStartsOptions {
  own: OwnRuns
  queue: RunQueue
  hub: Pick<Hub, 'publishRunChanged'>
  signals: Pick<RunSignals, 'deliver'>
  /** Cancels a queued run that nobody holds; false when somebody does. */
  cancelUnheld(runId: string, by: string): Promise<boolean>
}

/** Stores runs and queues them, those of the same moment in one transaction. */
export interface RunStarts {
  /** The id of the run, or of the one that took its idempotency key. Throws `run-refused` and `conflict`. */
  add(run: NewRun): Promise<string>
  /** Resolves once nothing is under way. */
  idle(): Promise<void>
}

/** Starts on this database. */
export function createRunStarts(database: Database, options: RunStartsOptions): RunStarts {
  const { queue, hub, signals, cancelUnheld, own } = options

  async function store(
    transaction: Transaction,
    runs: readonly NewRun[],
    direct: ReadonlySet<string> = new Set(),
  ): Promise<string[]> {
    const inserted = await insertRuns(transaction.query, runs)
    const jobs = runs.map((run) => ({ id: run.id, priority: runPriority(run.request), labels: run.labels }))
    await queue.enqueue(
      transaction,
      jobs.filter(({ id }) => inserted.includes(id) && !direct.has(id)),
    )
    return inserted
  }

  /** Runs that this process begins at once: the queue would give them to nobody else. */
  function directOf(runs: readonly NewRun[]): Set<string> {
    const direct = runs
      .filter(({ concurrencyKey, labels }) => typeof concurrencyKey !== 'string' && own.canTake(labels))
      .toSorted((a, b) => runPriority(b.request) - runPriority(a.request))
    return new Set(direct.slice(0, own.room()).map(({ id }) => id))
  }

  /** Resolves to whether the run was stored; it is not when its idempotency key is taken. */
  const starts = new Batcher<NewRun, boolean>(async (runs) => {
    const ids = runs.map(({ id }) => id)
    const direct = directOf(runs)
    const { stored, claimed } = await patiently((retry) =>
      database.transaction(async (transaction) => {
        const before = new Set(retry ? await findStored(transaction.query, ids) : [])
        const inserted = await store(
          transaction,
          runs.filter(({ id }) => !before.has(id)),
          direct,
        )
        const stored = new Set([...before, ...inserted])
        // After a commit whose answer was lost they are claimed once more.
        const mine = [...direct].filter((id) => stored.has(id))
        return { stored, claimed: mine.length > 0 ? await own.claim(transaction.query, mine) : [] }
      }),
    )
    own.take(claimed)
    for (const { id, request } of runs) if (stored.has(id)) hub.publishRunChanged(request.scope.workspaceId, id)
    if (ids.some((id) => !direct.has(id))) queue.notify()
    return ids.map((id) => stored.has(id))
  }, 100)

  /** A run of a pipeline that does not queue: who starts at the same time waits here. */
  async function startWithRoom(run: NewRun, key: string): Promise<boolean> {
    const { id, request } = run
    const { scope, pipelineId, idempotencyKey } = request
    const { isStored, replaced } = await patiently((retry) =>
      database.transaction(async (transaction) => {
        const { query } = transaction
        if (retry && (await findStored(query, [id])).length > 0) return { isStored: true, replaced: [] }
        if (idempotencyKey !== undefined && (await findByIdempotencyKey(query, request)) !== null) {
          return { isStored: false, replaced: [] }
        }
        const replaced = await makeRoom(query, { pipelineId: pipelineId!, key }, request)
        return { isStored: (await store(transaction, [run])).length > 0, replaced }
      }),
    )
    if (isStored) hub.publishRunChanged(scope.workspaceId, id)
    queue.notify()
    const held: string[] = []
    for (const other of replaced) if (!(await cancelUnheld(other, scope.memberId))) held.push(other)
    await signals.deliver(held)
    return isStored
  }

  const guarded = new Set<Promise<unknown>>()

  return {
    async add(run) {
      const { concurrencyKey, request } = run
      let storing: Promise<boolean>
      if (typeof concurrencyKey === 'string' && (request.document.concurrency?.when_full ?? 'queue') !== 'queue') {
        storing = startWithRoom(run, concurrencyKey)
        guarded.add(storing)
        storing.finally(() => guarded.delete(storing)).catch(() => {})
      } else storing = starts.add(run)
      return (await storing) ? run.id : (await findByIdempotencyKey(database.query, request))!
    },
    async idle() {
      await Promise.allSettled([starts.idle(), ...guarded])
    },
  }
}
