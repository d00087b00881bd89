import type { Database, Session } from '#db/client.ts'
import { newId } from '#pipeline/new-id.ts'
import { Lease } from './lease.ts'
import { findGoneWorkers, type GoneWorkers, renameOwner } from './run-store.ts'
import { deleteAllWorkerRows, deleteWorkerRow, type WorkerFacts, type WorkerLoad, WorkerRow } from './worker-rows.ts'

const defaultSilentMs = 20_000
/** A dead worker is noticed within about this time, by one of the first few; many workers look less often each. */
const watchMs = 500
const fullRateWorkers = 4
/** How often a database that is away is asked again. */
const retryMs = 100
/** How often this process says that it is there. */
const beatMs = 4_000
/** After a restart of the database, and after our own connection was lost, the others get this long to come back. */
const graceMs = 5_000

/** Says that this process is alive, and notices when another is not. */
export interface Presence {
  /** This worker's name; another one after its session was lost. */
  readonly worker: string
  /** Processes that carry out runs, this one included; as of its last sign of life. */
  readonly workers: number
  /** How long it is sure that nobody takes its runs. */
  readonly lease: Lease
  /** Tells the others that it takes nothing more. */
  stopping(): Promise<void>
  close(): Promise<void>
}

export interface PresenceOptions extends Partial<WorkerFacts> {
  /** A worker that was not heard of for this long is taken for frozen, and its runs are given to others (20 s). */
  silentMs?: number
  load?(): WorkerLoad
  /** Takes the runs of those workers from them, for others to go on with. */
  onGone(gone: GoneWorkers): Promise<void>
  /** We did nothing for so long that the others may have taken our runs. */
  onThawed?(): Promise<void>
  onProblem(message: string, cause: unknown): void
}

/**
 * Holds a session advisory lock for this worker and watches those of others: a worker whose lock is free is dead, one that
 * holds it and says nothing is frozen. A process that carries nothing out has only a row. On the embedded database, which
 * has one process at a time, it names the worker and shows it.
 */
export async function openPresence(database: Database, options: PresenceOptions): Promise<Presence> {
  if (database.kind === 'pglite') await deleteAllWorkerRows(database)
  const { role = 'worker', version = '', labels = [], maxRuns = 0, silentMs = defaultSilentMs } = options
  const carriesOut = role !== 'web'
  const watches = carriesOut && database.kind === 'postgres'
  const row = new WorkerRow({ role, version, labels, maxRuns }, options.load ?? (() => ({ runs: 0, steps: 0 })))
  let closed = false
  const lease = new Lease(watches ? silentMs : Number.POSITIVE_INFINITY)
  /** Ends the pause under way. */
  let wake = (): void => {}
  async function hold(name: string): Promise<Session> {
    const held = await database.openSession()
    await held.query('select pg_advisory_lock(hashtextextended($1, 0))', [name])
    // From now on the others may see that the lock is free.
    void held.ended.then(() => {
      lease.end()
      wake()
    })
    return held
  }

  let worker = newId()
  let session = watches ? await hold(worker) : null
  let workers = 0
  let lostAt = Number.NEGATIVE_INFINITY
  let everyMs = watches ? watchMs : beatMs
  let beatenAt = Number.NEGATIVE_INFINITY
  const dueMs = Math.min(beatMs, silentMs / 5)

  async function beat(): Promise<void> {
    const { query } = session ?? database
    const wasValid = lease.isValid
    const at = Lease.now()
    workers = await row.write(query, worker)
    beatenAt = at.steady
    if (watches) everyMs = Math.min(watchMs * Math.max(1, workers / fullRateWorkers), dueMs)
    // Frozen, or cut off: what others have taken meanwhile is let go of before anything is begun.
    if (!wasValid) await options.onThawed?.()
    lease.renew(at)
  }

  async function turn(): Promise<void> {
    if (!lease.isValid || performance.now() - beatenAt >= dueMs - everyMs / 2) await beat()
    if (!session || performance.now() - lostAt < graceMs) return
    const gone = await findGoneWorkers(session.query, { worker, silentMs, graceMs })
    if (gone.dead.length > 0 || gone.silent.length > 0) await options.onGone(gone)
  }

  /** Whether that was said already: the database may be away for long. */
  let reported = false
  // The lock went with the session, and a name without its lock is a dead worker's: go on under a new one, with the runs
  // nobody has taken over meanwhile. Those that were are fenced by their epoch.
  async function recover(cause: unknown): Promise<void> {
    if (!reported) options.onProblem('this worker lost its database session', cause)
    reported = true
    lostAt = performance.now()
    lease.end()
    try {
      await session!.close()
      const name = newId()
      session = await hold(name)
      const before = worker
      worker = name
      await renameOwner(session.query, before, name)
      await deleteWorkerRow(session.query, before)
      await beat()
      reported = false
    } catch {
      // The database is away: the next round tries again.
    }
  }

  async function watch(): Promise<void> {
    while (!closed) {
      try {
        await turn()
      } catch (cause) {
        if (closed) return
        if (session) await recover(cause)
        else options.onProblem('this process could not say that it is alive', cause)
      }
      if (closed) return
      // Not all at the same moment.
      const pauseMs = reported ? retryMs : everyMs * (0.8 + 0.4 * Math.random())
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  await beat()
  const watching = watch()
  return {
    get worker() {
      return worker
    },
    get workers() {
      return workers
    },
    lease,
    async stopping() {
      row.stopping()
      await beat().catch(() => {})
    },
    async close() {
      closed = true
      wake()
      await watching
      await deleteWorkerRow(session?.query ?? database.query, worker).catch(() => {})
      await session?.close()
    },
  }
}
