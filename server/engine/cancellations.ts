import type { Database } from '#db/client.ts'
import { findRun } from './run-store.ts'

const channel = 'run_cancel'
/** A request is repeated after this long while the run goes on: its owner may have died on the way. */
const repeatMs = 1_000
const tries = 60

/** Brings the wish to stop a run to the worker that holds it. */
export interface Cancellations {
  /** Throws `not-found`. Resolves once the request is on its way; it is repeated until the run has ended. */
  request(workspaceId: string, runId: string, by: string): Promise<void>
  close(): Promise<void>
}

export interface CancellationHandlers {
  /** Cancels a run of this process; false when it is not here. */
  cancelHere(runId: string, by: string): boolean
  /** Cancels a run that no worker holds. */
  cancelUnheld(runId: string, by: string): Promise<void>
  onProblem(message: string, cause: unknown): void
}

/** Cancellations by NOTIFY, with a shortcut for runs of this process. */
export async function openCancellations(database: Database, handlers: CancellationHandlers): Promise<Cancellations> {
  const timers = new Set<NodeJS.Timeout>()
  const unlisten = await database.listen(channel, (payload) => {
    const [runId, by] = payload.split('/', 2)
    if (runId && by) handlers.cancelHere(runId, by)
  })

  async function attempt(workspaceId: string, runId: string, by: string, left: number): Promise<void> {
    if (handlers.cancelHere(runId, by)) return
    const { status, owner } = await findRun(database, workspaceId, runId)
    if (status === 'succeeded' || status === 'failed' || status === 'cancelled') return
    if (owner === null) await handlers.cancelUnheld(runId, by)
    else await database.query('select pg_notify($1, $2)', [channel, `${runId}/${by}`])
    if (left === 0) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      attempt(workspaceId, runId, by, left - 1).catch((cause: unknown) =>
        handlers.onProblem(`run ${runId} could not be cancelled`, cause),
      )
    }, repeatMs)
    timer.unref()
    timers.add(timer)
  }

  return {
    async request(workspaceId, runId, by) {
      // Before anything else: a run of another workspace is none of the caller's business.
      await findRun(database, workspaceId, runId)
      await attempt(workspaceId, runId, by, tries)
    },
    async close() {
      for (const timer of timers) clearTimeout(timer)
      await unlisten()
    },
  }
}
