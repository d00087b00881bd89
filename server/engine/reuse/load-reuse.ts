import type { Database } from '#db/client.ts'
import { canonicalJson } from '#pipeline/content-hash.ts'
import { documentPathOf } from '#pipeline/document-path.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import type { Plan } from '../core/core.ts'
import type { CallHashes } from '../plans.ts'
import type { ValueStore } from '../value-store.ts'
import { Again } from './again.ts'
import { changedSteps } from './changed-steps.ts'
import { loadPastRun, type PartRange } from './load-past-run.ts'
import type { PastRun } from './past-run.ts'
import { fetchPastEvents } from './read-past-events.ts'
import { Reuse } from './reuse.ts'

/** A run that reuses another, and what it takes to read that one. */
export interface ReuseRequest {
  workspaceId: string
  plan: Plan
  options: RunOptions
  /** Which part of a map this run is itself, when it is one. */
  part: PartRange | null
  planOf(run: PastPlan): Promise<Plan>
}

/** What the plan of a run follows from. */
export interface PastPlan {
  workspaceId: string
  documentHash: string
  calls: CallHashes | null
  options: RunOptions | null
}

/**
 * What a run may take over: the finished steps of `options.reuse.runId`, except those at and after `from`, those that have changed
 * since, and those that are pinned or have other settings now, with what comes after them. Undefined for a run that reuses nothing;
 * throws `value-missing` when the earlier run is gone.
 */
export async function loadReuse(
  database: Database,
  values: ValueStore,
  request: ReuseRequest,
): Promise<Reuse | undefined> {
  const { workspaceId, plan, options, part } = request
  const { reuse } = options
  if (!reuse) return undefined
  const { rows } = await database.query<Omit<PastPlan, 'workspaceId'>>(
    'select document_hash as "documentHash", calls, options from runs where workspace_id = $1 and id = $2',
    [workspaceId, reuse.runId],
  )
  if (!rows[0]) {
    throw new OrchestratorError('value-missing', `run "${reuse.runId}", whose outputs are to be reused, was removed`, {
      fix: 'Run the pipeline from its start.',
      retryable: false,
    })
  }
  const pastPlan = await request.planOf({ workspaceId, ...rows[0] })
  const again = new Again(plan)
  for (const path of reuse.from ?? []) again.mark(path)
  for (const path of Object.keys(options.overrides ?? {})) again.mark(path)
  for (const { path, how } of changedSteps(pastPlan, plan)) again.mark(path, how)
  // Before reading: these open containers whose inside is to be read then.
  for (const path of Object.keys(options.pins ?? {})) if (path.includes('.')) again.mark(path)
  const past = await loadPastRun(database, reuse.runId, { plan: pastPlan, again, part })
  markPins(past, again, options)
  return new Reuse(values, (events) => fetchPastEvents(database, events), {
    past,
    again,
    keepsFailedItems: reuse.from !== undefined,
  })
}

/** A pin with the output the step had anyway changes nothing for the steps after it; one that was taken away does. */
function markPins(past: PastRun, again: Again, { pins = {} }: RunOptions): void {
  for (const [path, { output }] of Object.entries(pins)) {
    if (path.includes('.')) continue
    const end = past.endOf(path)?.event
    if (end?.type !== 'step-succeeded' || canonicalJson(end.output) !== canonicalJson(output)) again.mark(path)
  }
  for (const { path, reused } of past.ends()) {
    if (reused === 'pin' && !Object.hasOwn(pins, documentPathOf(path))) again.mark(path)
  }
}
