import type { Database } from '#db/client.ts'
import { newId } from '#pipeline/new-id.ts'
import { KeyLooks } from './key-looks.ts'
import type { LimitPlace, LimitRequest, Limits } from './limit-types.ts'
import { freeDeadPlaces, limitChannel } from './limit-statements.ts'

/** While somebody waits here, places of dead workers are looked for this often. */
const watchMs = 500
/** What a lost notification costs at most. */
const fallbackMs = 5_000

/** A step in line or with a place, as this process knows it. */
interface Asker {
  key: string
  request: LimitRequest
  /** Gives it the place; null once it has it. */
  grant: ((place: LimitPlace | null) => void) | null
}

export interface PostgresLimitsOptions {
  /** This worker's name, whose advisory lock says that it is alive; it may change. */
  worker(): string
  onProblem(message: string, cause: unknown): void
}

/**
 * Limits of all processes on one PostgreSQL. The line of each key is a table; whoever joins or leaves it looks, under a lock,
 * whose turn it is, and tells the processes concerned. Nothing is asked of the database while nobody waits.
 */
export async function openPostgresLimits(database: Database, options: PostgresLimitsOptions): Promise<Limits> {
  const askers = new Map<string, Asker>()
  /** How many steps of this process wait, by key. */
  const waiting = new Map<string, number>()
  let closed = false
  let knownAs = options.worker()
  const looks = new KeyLooks(database, {
    worker: () => knownAs,
    isWaitedFor: (key) => waiting.has(key),
    onGranted: granted,
    onProblem: report,
  })
  const unlisten = await database.listen(limitChannel, hear, () => void claimGranted())
  let watching: NodeJS.Timeout = setTimeout(watch, watchMs).unref()
  let lastFallback = Date.now()

  function report(cause: unknown): void {
    if (!closed) options.onProblem('a shared limit could not be looked at', cause)
  }

  function count(key: string, change: 1 | -1): void {
    const left = (waiting.get(key) ?? 0) + change
    if (left > 0) waiting.set(key, left)
    else waiting.delete(key)
  }

  function hear(payload: string): void {
    const { worker, key, holders } = JSON.parse(payload) as { worker: string; key: string; holders: string[] }
    if (worker === knownAs) for (const holder of holders) granted(key, holder)
  }

  function granted(key: string, holder: string): void {
    const asker = askers.get(holder)
    // Told twice, or of somebody who has gone: who leaves the line gives back what it may have got meanwhile.
    if (!asker?.grant) return
    const { grant } = asker
    asker.grant = null
    count(key, -1)
    grant({
      release() {
        if (askers.delete(holder)) looks.leave(key, holder)
      },
    })
  }

  /** After a time without notifications: the rows say who has a place. */
  async function claimGranted(): Promise<void> {
    try {
      const { rows } = await database.query<{ key: string; holder: string }>(
        'select key, holder from limit_holders where worker = $1 and taken_at is not null',
        [knownAs],
      )
      for (const { key, holder } of rows) granted(key, holder)
    } catch (cause) {
      report(cause)
    }
  }

  async function watch(): Promise<void> {
    await watchOnce().catch(report)
    if (!closed) watching = setTimeout(watch, watchMs).unref()
  }

  async function watchOnce(): Promise<void> {
    if (options.worker() !== knownAs) await rename()
    const keys = [...waiting.keys()]
    if (keys.length === 0) return
    const freed = await freeDeadPlaces(database.query, keys)
    for (const key of freed) looks.look(key)
    if (Date.now() - lastFallback < fallbackMs) return
    lastFallback = Date.now()
    await claimGranted()
    for (const key of keys) looks.look(key)
  }

  /** Under its new name the worker has what it had, also what was given away when it seemed dead: those steps are at work. */
  async function rename(): Promise<void> {
    const name = options.worker()
    const rows = [...askers].map(([holder, { key, request, grant }]) => ({
      key,
      holder,
      priority: request.priority,
      concurrency: request.concurrency,
      rate_count: request.rate?.count ?? null,
      rate_ms: request.rate?.perMs ?? null,
      taken: grant === null,
    }))
    await database.query(
      `insert into limit_holders (key, holder, worker, priority, concurrency, rate_count, rate_ms, taken_at)
      select key, holder, $1, priority, concurrency, rate_count, rate_ms, case when taken then now() end
      from json_to_recordset($2::json) as r(key text, holder text, priority int, concurrency int, rate_count int,
        rate_ms int, taken boolean)
      on conflict (key, holder) do update set worker = excluded.worker`,
      [name, JSON.stringify(rows)],
    )
    knownAs = name
    await claimGranted()
  }

  return {
    acquire(request, signal) {
      if (closed || signal.aborted) return Promise.resolve(null)
      const { key } = request
      const holder = newId()
      return new Promise((resolve) => {
        const giveUp = (): void => {
          if (!askers.get(holder)?.grant) return
          askers.delete(holder)
          count(key, -1)
          looks.leave(key, holder)
          resolve(null)
        }
        const grant = (place: LimitPlace | null): void => {
          signal.removeEventListener('abort', giveUp)
          resolve(place)
        }
        askers.set(holder, { key, request, grant })
        count(key, 1)
        signal.addEventListener('abort', giveUp, { once: true })
        looks.ask(key, { ...request, holder })
      })
    },
    async close() {
      closed = true
      clearTimeout(watching)
      for (const [holder, { key, grant }] of askers) {
        grant?.(null)
        looks.leave(key, holder)
      }
      askers.clear()
      waiting.clear()
      await looks.close()
      await unlisten()
    },
  }
}
