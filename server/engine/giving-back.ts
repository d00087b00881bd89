import type { Database } from '#db/client.ts'
import { Batcher } from './batcher.ts'
import { patiently } from './patiently.ts'
import type { RunQueue } from './run-queue.ts'
import { disownRuns } from './run-store.ts'

/** How long a run is tried to be given back while the database is away; after that its job's heartbeat ends. */
const patienceMs = 120_000

/**
 * Gives runs of this worker back to the queue, those of the same moment (a worker that stops) in one transaction: a run without
 * an owner and without a job would be nobody's. Runs that are not its own any more stay as they are.
 */
export function createGivingBack(
  { database, queue, worker }: { database: Database; queue: RunQueue; worker(): string },
  signal: AbortSignal,
): Batcher<string, void> {
  return new Batcher<string, void>(async (ids) => {
    await patiently(
      () =>
        database.transaction(async (transaction) => {
          const ours = await disownRuns(transaction.query, ids, worker())
          await queue.requeueIn(transaction, ours)
        }),
      patienceMs,
      signal,
    )
    queue.notify()
    return ids.map(() => undefined)
  })
}
