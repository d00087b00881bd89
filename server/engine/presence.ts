import type { Database, Session } from '#db/client.ts'
import { newId } from '#pipeline/new-id.ts'
import { findOrphans, renameOwner } from './run-store.ts'

/** A dead worker is noticed within this time. */
const watchMs = 500

/** Says that this worker is alive, and notices when another is not. */
export interface Presence {
  /** This worker's name; another one after its session was lost. */
  readonly worker: string
  close(): Promise<void>
}

/**
 * Holds a session advisory lock for this worker and watches those of others: `onOrphans` gets the runs of workers whose
 * lock is free. On the embedded database, which has one process at a time, it only names the worker.
 */
export async function openPresence(
  database: Database,
  options: { onOrphans(runIds: string[]): Promise<void>; onProblem(message: string, cause: unknown): void },
): Promise<Presence> {
  let worker = newId()
  if (database.kind === 'pglite') {
    return {
      get worker() {
        return worker
      },
      close: async () => {},
    }
  }
  let session = await hold(database, worker)
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let watching: Promise<void> = Promise.resolve()

  async function watch(): Promise<void> {
    try {
      const orphans = await findOrphans(database, session.query, worker)
      if (orphans.length > 0) await options.onOrphans(orphans)
    } catch (cause) {
      if (!closed) await recover(cause)
    }
    if (!closed) timer = setTimeout(() => (watching = watch()), watchMs)
  }

  // The lock went with the session, and a name without its lock is a dead worker's: go on under a new one, with the runs
  // nobody has taken over meanwhile. Those that were are fenced by their epoch.
  async function recover(cause: unknown): Promise<void> {
    options.onProblem('this worker lost its database session', cause)
    try {
      await session.close()
      const name = newId()
      session = await hold(database, name)
      const before = worker
      worker = name
      await renameOwner(session.query, before, name)
    } catch {
      // The database is away: the next round tries again.
    }
  }

  watching = watch()
  return {
    get worker() {
      return worker
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await watching
      await session.close()
    },
  }
}

async function hold(database: Database, worker: string): Promise<Session> {
  const session = await database.openSession()
  await session.query('select pg_advisory_lock(hashtextextended($1, 0))', [worker])
  return session
}
