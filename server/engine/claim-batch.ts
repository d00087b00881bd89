import type { Database } from '#db/client.ts'
import type { RunJob, RunQueue } from './run-queue.ts'
import { type ClaimedRun, claimRuns } from './run-store.ts'

export interface ClaimBatchOptions {
  database: Database
  queue: RunQueue
  worker(): string
}

/** What this process has in its hands. */
export interface InHand {
  has(runId: string): boolean
  /** Runs that parts in hand work for. */
  busyWith: ReadonlySet<string>
}

/**
 * Fetches at most so many jobs and claims their runs, those it has in hand aside. At once or not at all: a worker that dies in
 * between leaves no job that is taken and no run that is not.
 */
export function claimBatch(
  { database, queue, worker }: ClaimBatchOptions,
  limit: number,
  inHand: InHand,
): Promise<{ jobs: RunJob[]; claimed: ClaimedRun[] }> {
  return database.transaction(async (transaction) => {
    const jobs = await queue.fetch(transaction, limit, inHand.busyWith)
    if (jobs.length === 0) return { jobs, claimed: [] }
    const ids = jobs.map(({ id }) => id).filter((id) => !inHand.has(id))
    // A job that was tried before was taken from its worker by the queue: alive or not, it no longer has the run.
    const force = jobs.filter(({ retryCount }) => retryCount > 0).map(({ id }) => id)
    const claimed = await claimRuns(database, ids, worker(), { force, query: transaction.query })
    const taken = new Set(claimed.map(({ id }) => id))
    // The rest has ended, is held by a worker that is alive, or waits for a place among the runs of its pipeline.
    await queue.drop(
      transaction,
      jobs.filter(({ id }) => !taken.has(id) && !inHand.has(id)),
    )
    return { jobs, claimed }
  })
}
