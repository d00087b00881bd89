import type { Database, Transaction } from '#db/client.ts'
import type { JobAttempt, PgBoss } from 'pg-boss'
import { Batcher } from './batcher.ts'

/** Of runs that any worker may take; those that need labels have a queue for each set of labels, `runs/eu/gpu`. */
const commonQueue = 'runs'
/** Of parts of spread maps, `parts/eu/gpu` with labels. A worker takes one part of a run at a time: the others are for others. */
const partsQueue = 'parts'
/** The payload is the queue in which there is something, empty for any. Whoever hears it and has room fetches. */
const channel = 'run_queue'
/** A job that nobody has kept alive for this long is given to another: what holds when everything else has failed. */
const heartbeatSeconds = 60
/** What a lost notification costs at most. */
const fallbackMs = 5_000
/** Parts fetched at a time, of as many runs. */
const partsAtATime = 8
/** What has begun goes on before anything new begins: more than any priority a pipeline can have. */
const begunBonus = 1_000

/** A run as the queue knows it. */
export interface QueuedRun {
  id: string
  /** Higher first. */
  priority: number
  /** Labels a worker must have, sorted; none when absent. */
  labels?: readonly string[]
  /** Of a part of a spread map: the run it works for. */
  parentRunId?: string | null
}

/** A run in hand: under which job, of which queue. */
export interface RunJob extends JobAttempt {
  queue: string
  /** Of a part: the run it works for. */
  parentRunId: string | null
}

/** The queue of runs to carry out: pg-boss jobs whose id is the run's. */
export interface RunQueue {
  /** Makes sure that runs with these labels can be queued; before the transaction that queues the first of them. */
  prepare(labels: readonly string[]): Promise<void>
  /** Queues runs in the transaction that stores them; those of higher priority are fetched first. */
  enqueue(transaction: Transaction, runs: readonly QueuedRun[]): Promise<void>
  /** Queues runs whose jobs are in an unknown state: whatever there is of them is replaced. */
  requeue(runIds: readonly string[]): Promise<void>
  /** The same in a transaction; `notify` once it is committed. */
  requeueIn(transaction: Transaction, runIds: readonly string[]): Promise<void>
  /** Says here and to other processes that there may be something to fetch. */
  notify(): void
  /** Jobs of runs whose labels this worker has, without parts of the runs it is `busyWith` already; theirs again unless the transaction, in which it claims the runs, is committed. */
  fetch(transaction: Transaction, limit: number, busyWith: ReadonlySet<string>): Promise<RunJob[]>
  /** Removes the job of a run that has ended, unless it was given to another meanwhile. */
  complete(job: RunJob): Promise<void>
  /** Removes jobs in the transaction that fetched them. */
  drop(transaction: Transaction, jobs: readonly RunJob[]): Promise<void>
  /** Keeps the jobs ours for another minute. */
  touch(jobs: readonly RunJob[]): Promise<void>
  close(): Promise<void>
}

const queueOf = ({ labels = [], parentRunId }: Pick<QueuedRun, 'labels' | 'parentRunId'>): string =>
  [parentRunId ? partsQueue : commonQueue, ...labels].join('/')

const isOfParts = (queue: string): boolean => queue === partsQueue || queue.startsWith(`${partsQueue}/`)

/** Opens the queue; `onWork` is called whenever there may be something to fetch. */
export async function openRunQueue(
  database: Database,
  options: {
    worker: boolean
    /** Those this worker announces. */
    labels?: readonly string[]
    onWork(): void
    onProblem(message: string, cause: unknown): void
  },
): Promise<RunQueue> {
  const boss = database.createBoss({
    supervise: options.worker,
    schedule: false,
    registerInstance: false,
    // Whoever has room is told by ourselves, in one notification for many runs.
    useListenNotify: false,
    openTelemetry: { enabled: false },
  })
  boss.on('error', (error) => options.onProblem('the job queue has a problem', error))
  await boss.start()
  for (const name of [commonQueue, partsQueue]) await ensureQueue(boss, name)
  const announced = new Set(options.labels)
  /** Queues that exist for sure, and those of them this worker may fetch from: what few can do goes first. */
  const existing = new Set([commonQueue, partsQueue])
  let mine = [commonQueue]
  let mineOfParts = [partsQueue]
  /** Whether there may be parts: there are none most of the time, and asking costs. */
  let partsDue = options.worker

  function learn(queue: string): void {
    if (existing.has(queue)) return
    existing.add(queue)
    const [root, ...labels] = queue.split('/')
    if ((root !== commonQueue && root !== partsQueue) || !labels.every((label) => announced.has(label))) return
    const sorted = (queues: string[]): string[] => queues.toSorted((a, b) => b.split('/').length - a.split('/').length)
    if (root === partsQueue) mineOfParts = sorted([...mineOfParts, queue])
    else mine = sorted([...mine, queue])
  }

  async function learnAll(): Promise<void> {
    for (const { name } of await boss.getQueues()) learn(name)
  }

  const watchesLabels = options.worker && announced.size > 0
  await learnAll()
  const unlisten = options.worker
    ? await database.listen(
        channel,
        (queue) => {
          if (queue !== '') learn(queue)
          partsDue ||= isOfParts(queue)
          options.onWork()
        },
        options.onWork,
      )
    : undefined
  const fallback = options.worker ? setInterval(() => void lookAgain(), fallbackMs) : undefined
  fallback?.unref()

  async function lookAgain(): Promise<void> {
    if (watchesLabels) await learnAll().catch((cause: unknown) => options.onProblem('queues could not be read', cause))
    partsDue = true
    options.onWork()
  }

  const completions = new Batcher<RunJob, void>(async (jobs) => {
    // Not completed but deleted: the run's row is the record, and a small table is a fast one.
    for (const [queue, ofQueue] of Map.groupBy(jobs, (job) => job.queue)) await boss.deleteJob(queue, ofQueue)
    return jobs.map(() => undefined)
  })
  /** Label queues that something was put in and that nobody was told of yet. */
  const untold = new Set<string>()
  const notifications = new Batcher<void, void>(async (items) => {
    const queues = untold.size > 0 ? [...untold] : ['']
    untold.clear()
    await database.query(`select pg_notify('${channel}', q) from unnest($1::text[]) as q`, [queues])
    return items
  })

  async function insert(queue: string, runs: readonly QueuedRun[], transaction: Transaction): Promise<void> {
    if (queue !== commonQueue) {
      // Of another process, which has made it: a run of it is in the table.
      learn(queue)
      untold.add(queue)
      partsDue ||= isOfParts(queue)
    }
    const jobs = runs.map(({ id, priority, parentRunId }) => ({
      ...{ id, priority, data: {} },
      ...(parentRunId && { group: { id: parentRunId } }),
    }))
    await boss.insert(queue, jobs, { db: database.bossIn(transaction) })
  }

  async function fetchParts(transaction: Transaction, limit: number, busyWith: ReadonlySet<string>): Promise<RunJob[]> {
    const db = database.bossIn(transaction)
    const fetched: RunJob[] = []
    const ignoreGroups = [...busyWith]
    partsDue = false
    for (const name of mineOfParts) {
      while (fetched.length < limit) {
        const [job] = await boss.fetch(name, { batchSize: 1, ignoreGroups, db })
        if (!job) break
        const parentRunId = job.groupId ?? null
        fetched.push({ id: job.id, retryCount: job.retryCount, queue: name, parentRunId })
        if (parentRunId) ignoreGroups.push(parentRunId)
      }
    }
    return fetched
  }

  const queue: RunQueue = {
    async prepare(labels) {
      for (const name of [queueOf({ labels }), queueOf({ labels, parentRunId: 'any' })]) {
        if (existing.has(name)) continue
        await ensureQueue(boss, name)
        learn(name)
      }
    },
    async enqueue(transaction, runs) {
      for (const [name, ofQueue] of Map.groupBy(runs, queueOf)) {
        await insert(name, ofQueue, transaction)
      }
    },
    async requeue(runIds) {
      if (runIds.length === 0) return
      await database.transaction((transaction) => queue.requeueIn(transaction, runIds))
      queue.notify()
    },
    async requeueIn(transaction, runIds) {
      const { rows } = await transaction.query<Required<QueuedRun> & { begun: boolean }>(
        `select id, priority, labels, parent_run_id as "parentRunId", started_at is not null as begun
        from runs where id = any($1::text[]) order by id`,
        [[...runIds]],
      )
      for (const [name, ofQueue] of Map.groupBy(rows, queueOf)) {
        const ids = ofQueue.map(({ id }) => id)
        await boss.deleteJob(name, ids, { db: database.bossIn(transaction) })
        const runs = ofQueue.map(({ begun, ...run }) => ({ ...run, priority: run.priority + (begun ? begunBonus : 0) }))
        await insert(name, runs, transaction)
      }
    },
    notify() {
      options.onWork()
      // The embedded database has no other process that could be told.
      if (database.kind === 'pglite') return
      notifications.add().catch((cause: unknown) => options.onProblem('workers could not be notified', cause))
    },
    async fetch(transaction, limit, busyWith) {
      const db = database.bossIn(transaction)
      const fetched = partsDue ? await fetchParts(transaction, Math.min(limit, partsAtATime), busyWith) : []
      for (const name of mine) {
        if (fetched.length >= limit) break
        const jobs = await boss.fetch(name, { batchSize: limit - fetched.length, db })
        for (const { id, retryCount } of jobs) fetched.push({ id, retryCount, queue: name, parentRunId: null })
      }
      return fetched
    },
    complete(job) {
      // There may be another part of the same run.
      partsDue ||= isOfParts(job.queue)
      return completions.add(job)
    },
    async drop(transaction, jobs) {
      const db = database.bossIn(transaction)
      for (const [name, ofQueue] of Map.groupBy(jobs, (job) => job.queue)) await boss.deleteJob(name, ofQueue, { db })
    },
    async touch(jobs) {
      for (const [name, ofQueue] of Map.groupBy(jobs, (job) => job.queue)) await boss.touch(name, ofQueue)
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

async function ensureQueue(boss: PgBoss, name: string): Promise<void> {
  await boss.createQueue(name, {
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
