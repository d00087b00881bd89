import type { Database } from '#db/client.ts'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { RunStatus } from '#pipeline/events.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { RunCommand } from './engine-types.ts'
import type { RunSignals } from './run-signals.ts'
import { findRun } from './run-store.ts'

export interface TellParts {
  database: Database
  signals: Pick<RunSignals, 'send'>
  /** Cancels a queued run that no worker may ever take; false when one has. */
  cancelUnheld(runId: string, by: string): Promise<boolean>
}

const hasEnded = (status: RunStatus): boolean => ['succeeded', 'failed', 'cancelled'].includes(status)

/**
 * Says something to a run, wherever it is: it stays on record until the run has taken it. Throws `not-found`, or `conflict` once
 * the run has ended.
 */
export async function tellRun(
  { database, signals }: TellParts,
  scope: Scope,
  runId: string,
  command: RunCommand,
): Promise<void> {
  const { status } = await findRun(database, scope.workspaceId, runId)
  if (hasEnded(status)) {
    throw new OrchestratorError(
      'conflict',
      `the run has ended: it ${status === 'cancelled' ? 'was' : 'has'} ${status}`,
      { fix: 'Retry it, or run it again from a step.', details: { runId, status }, retryable: false },
    )
  }
  // A run that is paused may be unloaded again before it goes on: what it is to stop at stays in its row.
  if (command.kind === 'breakpoints') await keepBreakpoints(database, runId, command.breakpoints)
  const { kind, ...payload } = command
  const path = 'path' in command ? command.path : null
  // Commands are JSON.
  const signal = { path, kind, payload: payload as JsonValue, by: scope.memberId }
  const runIds = [runId, ...(kind === 'pause' || kind === 'resume' ? await partsOf(database, runId) : [])]
  await signals.send(runIds.map((id) => ({ runId: id, ...signal })))
}

async function keepBreakpoints(database: Database, runId: string, breakpoints: readonly unknown[]): Promise<void> {
  await database.query(
    `update runs set options = (coalesce(options, '{}')::jsonb || jsonb_build_object('breakpoints', $2::jsonb))::json
     where id = $1`,
    [runId, JSON.stringify(breakpoints)],
  )
}

/** Runs that work on items of this one's maps and have not ended. */
async function partsOf(database: Database, runId: string): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select id from runs where parent_run_id = $1 and status not in ('succeeded', 'failed', 'cancelled')`,
    [runId],
  )
  return rows.map(({ id }) => id)
}

/**
 * Asks a run to stop; a second time, not to wait for steps in flight. Reaches runs that wait, are paused or queued, or whose
 * worker is gone: the wish stays on record until the run has taken it. A run that has ended stays as it is; throws `not-found`.
 */
export async function cancelRun(
  { database, signals, cancelUnheld }: TellParts,
  scope: Scope,
  runId: string,
): Promise<void> {
  const { status, owner } = await findRun(database, scope.workspaceId, runId)
  if (hasEnded(status)) return
  if (status === 'queued' && owner === null && (await cancelUnheld(runId, scope.memberId))) return
  await signals.send([{ runId, path: null, kind: 'cancel', payload: null, by: scope.memberId }])
}
