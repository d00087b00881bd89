import type { Database } from '#db/client.ts'
import type { ExpandOptions } from '#server/steps/define-step.ts'
import type { NodeState } from '../core/core.ts'
import type { PartRunner } from '../executor-types.ts'
import { patiently } from '../patiently.ts'
import type { RunHost } from '../run-host.ts'
import type { RunQueue } from '../run-queue.ts'
import { maySpread, partSizeOf, spreadFrom } from './may-spread.ts'
import { countWorkers, findParts, insertParts, type MapOfRun } from './part-store.ts'
import { SpreadMap, type SpreadStore } from './spread-map.ts'

/** The payload is the id of a run whose part has ended. */
const channel = 'run_children'

/** Spreads maps of the runs of this process over all workers. */
export interface Parts extends PartRunner {
  close(): Promise<void>
}

export interface PartsOptions {
  queue: RunQueue
  /** Under which epoch this process holds a run; null when it does not. */
  epochOf(runId: string): number | null
  cancel(workspaceId: string, runId: string): Promise<void>
  onProblem(message: string, cause: unknown): void
  /** Maps of fewer items stay where they are (500). */
  spreadFrom?: number
}

/** Opens it on PostgreSQL. */
export async function openParts(database: Database, options: PartsOptions): Promise<Parts> {
  const { queue, onProblem } = options
  const least = options.spreadFrom ?? spreadFrom
  const maps = new Map<string, Set<SpreadMap>>()
  const { query } = database

  function look(runId: string): boolean {
    const ofRun = maps.get(runId)
    for (const map of ofRun ?? []) map.look()
    return ofRun !== undefined
  }

  const unlisten = await database.listen(channel, look, () => {
    for (const runId of maps.keys()) look(runId)
  })

  const store: SpreadStore = {
    findParts: (map) => findParts(query, map),
    countWorkers: (runId) => countWorkers(query, runId),
    async makeParts(map, parts) {
      const epoch = options.epochOf(map.runId)
      if (epoch === null) return
      await database.transaction(async (transaction) => {
        await queue.enqueue(transaction, await insertParts(transaction, { ...map, epoch }, parts))
      })
      queue.notify()
    },
  }

  async function cancelParts(host: RunHost, map: MapOfRun): Promise<void> {
    const parts = await patiently(() => findParts(query, map))
    const open = parts.filter(({ status }) => status !== 'succeeded' && status !== 'failed' && status !== 'cancelled')
    await Promise.all(open.map(({ id }) => patiently(() => options.cancel(host.task.workspaceId, id))))
  }

  return {
    async sizeOf(host: RunHost, node: NodeState, count: number, expand: ExpandOptions) {
      if (count < least || !maySpread(host, node, expand)) return null
      const workers = await countWorkers(query, host.task.runId)
      if (workers < 2) return null
      return partSizeOf(count, workers, expand.concurrency)
    },
    'run-parts'(host, node) {
      const { runId } = host.task
      const map = new SpreadMap(host, node, store)
      const ofRun = maps.get(runId) ?? new Set()
      maps.set(runId, ofRun.add(map))
      const release = host.hold()
      void map.work().finally(() => {
        ofRun.delete(map)
        if (ofRun.size === 0 && maps.get(runId) === ofRun) maps.delete(runId)
        release()
      })
    },
    'cancel-parts'(host, { path }, attempt) {
      const { runId } = host.task
      look(runId)
      cancelParts(host, { runId, path, attempt }).catch((cause: unknown) =>
        onProblem(`parts of run ${runId} could not be cancelled`, cause),
      )
    },
    ended(parentRunId) {
      if (look(parentRunId)) return
      query('select pg_notify($1, $2)', [channel, parentRunId]).catch((cause: unknown) =>
        onProblem(`run ${parentRunId} could not be told that a part of it has ended`, cause),
      )
    },
    async close() {
      await unlisten()
    },
  }
}
