import type { Database, Transaction } from '#db/client.ts'
import { Batcher } from './batcher.ts'
import type { Hub } from './hub-types.ts'
import { patiently } from './patiently.ts'
import { makeRoom } from './places/places.ts'
import type { RunQueue } from './run-queue.ts'
import type { RunSignals } from './run-signals.ts'
import { findByIdempotencyKey, findStored, insertRuns, type NewRun, runPriority } from './run-store.ts'

export interface RunStartsOptions {
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
  const { queue, hub, signals, cancelUnheld } = options

  async function store(transaction: Transaction, runs: readonly NewRun[]): Promise<string[]> {
    const inserted = await insertRuns(transaction.query, runs)
    const jobs = runs.map((run) => ({ id: run.id, priority: runPriority(run.request), labels: run.labels }))
    await queue.enqueue(
      transaction,
      jobs.filter(({ id }) => inserted.includes(id)),
    )
    return inserted
  }

  /** Resolves to whether the run was stored; it is not when its idempotency key is taken. */
  const starts = new Batcher<NewRun, boolean>(async (runs) => {
    const ids = runs.map(({ id }) => id)
    const stored = await patiently((retry) =>
      database.transaction(async (transaction) => {
        const before = new Set(retry ? await findStored(transaction.query, ids) : [])
        const inserted = await store(
          transaction,
          runs.filter(({ id }) => !before.has(id)),
        )
        return new Set([...before, ...inserted])
      }),
    )
    for (const { id, request } of runs) if (stored.has(id)) hub.publishRunChanged(request.scope.workspaceId, id)
    queue.notify()
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
