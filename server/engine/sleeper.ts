import type { Database } from '#db/client.ts'

/** Carries the epoch milliseconds at which a run wants to be woken. */
const channel = 'run_wake_at'
/** Runs woken in one transaction. */
const batchSize = 500
/** Runs whose times lie this close together are woken together. */
const breathMs = 50
/** What a lost notification or a clock that was set costs at most. */
const longestSleepMs = 30_000
/** How soon the database is asked again after it failed to answer. */
const retryMs = 500

/** Wakes runs when their time has come. */
export interface Sleeper {
  /** A run was put to rest until then (epoch milliseconds); tells the other workers where that is earlier than what they know. */
  expect(wakeAt: number): void
  close(): Promise<void>
}

export interface SleeperOptions {
  /** Queues at most `limit` runs that are due at `now` (epoch milliseconds); gives how many there were. */
  wakeDue(now: number, limit: number): Promise<number>
  now?(): number
  onProblem(message: string, cause: unknown): void
}

/**
 * One loop that sleeps until the first `wake_at` of all runs that wait, then queues those that are due. Every worker has one:
 * of several that wake at the same time each takes other runs, and when a worker dies the others know its times as well.
 */
export async function openSleeper(database: Database, options: SleeperOptions): Promise<Sleeper> {
  const now = options.now ?? Date.now
  /** Never later than the first `wake_at` there is, but for what `longestSleepMs` makes good. */
  let next = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> | null = null
  let closed = false

  function sleepUntil(at: number): void {
    if (closed) return
    clearTimeout(timer)
    timer = setTimeout(() => work(), Math.min(Math.max(0, Math.ceil(at - now())), longestSleepMs))
    timer.unref()
  }

  function hear(wakeAt: number): boolean {
    if (!(wakeAt < next)) return false
    next = wakeAt
    if (!working) sleepUntil(next)
    return true
  }

  function work(): void {
    if (working || closed) return
    working = wakeAll()
      .catch((cause: unknown) => {
        if (closed) return
        options.onProblem('waiting runs could not be woken', cause)
        next = Math.min(next, now() + retryMs)
      })
      .finally(() => {
        working = null
        // Times heard of meanwhile may be past: at least a breath, so that those after one another go together.
        sleepUntil(Math.max(next, now() + breathMs))
      })
  }

  async function wakeAll(): Promise<void> {
    next = Number.POSITIVE_INFINITY
    for (let woken = batchSize; woken === batchSize && !closed;) woken = await options.wakeDue(now(), batchSize)
    const { rows } = await database.query<{ next: number | null }>(firstSql, [], 'sleeper-first')
    next = Math.min(next, rows[0]?.next ?? Number.POSITIVE_INFINITY)
  }

  const unlisten = await database.listen(channel, (payload) => void hear(Number(payload)), work)
  work()

  return {
    expect(wakeAt) {
      if (!hear(wakeAt) || database.kind === 'pglite') return
      database
        .query(`select pg_notify('${channel}', $1)`, [String(wakeAt)])
        // Others learn of it within `longestSleepMs`, and this process knows it.
        .catch((cause: unknown) => options.onProblem('other workers could not be told of a time', cause))
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await unlisten()
      await working
    },
  }
}

const firstSql = `
select (extract(epoch from min(wake_at)) * 1000)::float8 as next from runs where wake_at is not null`
