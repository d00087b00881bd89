import type { Database, Transaction } from '#db/client.ts'
import type { JobAttempt, PgBoss } from 'pg-boss'
import { Batcher } from './batcher.ts'

const queueName = 'runs'
/** Carries nothing: whoever hears it and has room fetches. */
const channel = 'run_queue'
/** A job whose worker has not been heard of for this long is given to another: for workers that are frozen or cut off. */
const heartbeatSeconds = 60
/** What a lost notification costs at most. */
const fallbackMs = 5_000

/** The queue of runs to carry out: pg-boss jobs whose id is the run's. */
export interface RunQueue {
  /** Queues runs in the transaction that stores them; those of higher priority are fetched first. */
  enqueue(transaction: Transaction, runs: readonly { id: string; priority: number }[]): Promise<void>
  /** Queues runs whose jobs are in an unknown state: whatever there is of them is replaced. */
  requeue(runIds: readonly string[]): Promise<void>
  /** The same in a transaction; `notify` once it is committed. */
  requeueIn(transaction: Transaction, runIds: readonly string[]): Promise<void>
  /** Says here and to other processes that there may be something to fetch. */
  notify(): void
  fetch(limit: number): Promise<JobAttempt[]>
  /** Removes the job of a run that has ended, unless it was given to another meanwhile. */
  complete(job: JobAttempt): Promise<void>
  /** Keeps the jobs ours for another minute. */
  touch(jobs: readonly JobAttempt[]): Promise<void>
  close(): Promise<void>
}

/** Opens the queue; `onWork` is called whenever there may be something to fetch. */
export async function openRunQueue(
  database: Database,
  options: { worker: boolean; onWork(): void; onProblem(message: string, cause: unknown): void },
): Promise<RunQueue> {
  const boss = database.createBoss({
    supervise: options.worker,
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
  })
  boss.on('error', (error) => options.onProblem('the job queue has a problem', error))
  await boss.start()
  await ensureQueue(boss)
  const unlisten = options.worker ? await database.listen(channel, options.onWork, options.onWork) : undefined
  const fallback = options.worker ? setInterval(options.onWork, fallbackMs) : undefined
  fallback?.unref()

  const completions = new Batcher<JobAttempt, void>(async (jobs) => {
    // Not completed but deleted: the run's row is the record, and a small table is a fast one.
    await boss.deleteJob(queueName, jobs)
    return jobs.map(() => undefined)
  })
  const notifications = new Batcher<void, void>(async (items) => {
    await database.query(`select pg_notify('${channel}', '')`)
    return items
  })

  const queue: RunQueue = {
    async enqueue(transaction, runs) {
      const jobs = runs.map(({ id, priority }) => ({ id, priority, data: {} }))
      if (jobs.length === 0) return
      await boss.insert(queueName, jobs, { db: database.bossIn(transaction) })
    },
    async requeue(runIds) {
      if (runIds.length === 0) return
      await database.transaction((transaction) => queue.requeueIn(transaction, runIds))
      queue.notify()
    },
    async requeueIn(transaction, runIds) {
      await boss.deleteJob(queueName, [...runIds], { db: database.bossIn(transaction) })
      const { rows } = await transaction.query<{ id: string; priority: number }>(
        'select id, priority from runs where id = any($1::text[]) order by id',
        [[...runIds]],
      )
      await queue.enqueue(transaction, rows)
    },
    notify() {
      options.onWork()
      // The embedded database has no other process that could be told.
      if (database.kind === 'pglite') return
      notifications.add().catch((cause: unknown) => options.onProblem('workers could not be notified', cause))
    },
    fetch: (limit) => boss.fetch(queueName, { batchSize: limit }),
    complete: (job) => completions.add(job),
    async touch(jobs) {
      if (jobs.length > 0) await boss.touch(queueName, [...jobs])
    },
    async close() {
      clearInterval(fallback)
      await unlisten?.()
      await completions.idle()
      await notifications.idle()
      await boss.stop({ graceful: false, close: true })
    },
  }
  return queue
}

async function ensureQueue(boss: PgBoss): Promise<void> {
  await boss.createQueue(queueName, {
    // Runs take as long as they take; pg-boss allows a day, after which the run is claimed again.
    expireInSeconds: 86_399,
    heartbeatSeconds,
    retryLimit: 1_000_000,
    retryDelay: 0,
    // The run's row is the record; the job is only needed to start it.
    deleteAfterSeconds: 600,
    retentionSeconds: 30 * 86_400,
  })
}
