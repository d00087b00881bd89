import type { Database } from '#db/client.ts'
import { toErrorInfo } from '#pipeline/errors.ts'
import type { Scope } from '#server/auth/scope.ts'
import { initialState, type Plan } from './core/core.ts'
import type { StepServices } from './engine-types.ts'
import type { ExecutorEnvironment, RunTask } from './executor-types.ts'
import type { Journal, RunChange } from './journal-types.ts'
import { loadReuse, type PastPlan } from './reuse/load-reuse.ts'
import { Until } from './reuse/until.ts'
import { openPart } from './spread/part-task.ts'
import type { ClaimedRun } from './run-store.ts'

/** What it takes to carry out a claimed run, with its state before its first event. */
export type PreparedRun = Pick<RunTask, 'plan' | 'services' | 'options' | 'reuse' | 'until' | 'part' | 'state'>

export interface PrepareOptions {
  database: Database
  journal: Journal
  environment: ExecutorEnvironment
  planOf(run: PastPlan): Promise<Plan>
  services(scope: Scope): StepServices | Promise<StepServices>
}

/**
 * Gathers what a claimed run needs. One that cannot be carried out here, ever, fails: then there is null; a database that is away
 * is another matter, and thrown.
 */
export async function prepareRun(parts: PrepareOptions, claimed: ClaimedRun): Promise<PreparedRun | null> {
  const { database, environment, planOf } = parts
  const { id, workspaceId, epoch, options, part, createdBy } = claimed
  try {
    const [plan, services] = await Promise.all([
      planOf(claimed),
      parts.services({ workspaceId, memberId: createdBy, role: 'owner' }),
    ])
    const state = part ? await openPart(plan, part, claimed.inputs, environment.values) : initialState(plan)
    const whole = { plan, services, state, ...(part && { part }) }
    if (!options) return whole
    const reuse = await loadReuse(database, environment.values, { workspaceId, plan, options, part, planOf })
    return {
      ...whole,
      options,
      ...(reuse && { reuse }),
      ...(options.until && { until: new Until(plan, options.until) }),
    }
  } catch (thrown) {
    const error = toErrorInfo(thrown)
    if (error.code === 'database-unavailable') throw thrown
    const change: RunChange = { status: 'failed', error, finishedAt: environment.now() }
    await parts.journal.append(id, epoch, [{ type: 'run-failed', error, durationMs: 0 }], change)
    return null
  }
}
