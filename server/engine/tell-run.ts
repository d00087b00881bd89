import type { Database } from '#db/client.ts'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { newId } from '#pipeline/new-id.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { RunCommand } from './engine-types.ts'
import { findRun } from './run-store.ts'

/** Carries the ids of runs that something was said to. */
const channel = 'run_signals'

/** Stores what is said to a run until its worker takes it, and tells the workers. Throws `not-found`, or `conflict` once the run has ended. */
export async function tellRun(database: Database, scope: Scope, runId: string, command: RunCommand): Promise<void> {
  const { status } = await findRun(database, scope.workspaceId, runId)
  if (status === 'succeeded' || status === 'failed' || status === 'cancelled') {
    throw new OrchestratorError(
      'conflict',
      `the run has ended: it ${status === 'cancelled' ? 'was' : 'has'} ${status}`,
      {
        fix: 'Retry it, or run it again from a step.',
        details: { runId, status },
        retryable: false,
      },
    )
  }
  const { kind, ...payload } = command
  const path = 'path' in command ? command.path : null
  await database.query(
    `with said as (
      insert into run_signals (id, run_id, path, kind, payload, by) values ($1, $2, $3, $4, $5, $6)
    )
    select pg_notify('${channel}', $2)`,
    [newId(), runId, path, kind, JSON.stringify(payload satisfies Record<string, JsonValue>), scope.memberId],
  )
}
