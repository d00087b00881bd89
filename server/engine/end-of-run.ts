import { toErrorInfo } from '#pipeline/errors.ts'
import type { RunEvent } from '#pipeline/events.ts'
import type { RunState } from './core/core.ts'
import type { RunChange } from './journal-types.ts'
import type { Redactor } from './redactor.ts'
import { runError, runOutputs } from './results.ts'
import type { ValueStore } from './value-store.ts'

/** The last event of a run and what its row says from then on. Outputs that cannot be resolved make it a failure. */
export async function endOfRun(
  outcome: 'succeeded' | 'failed' | 'cancelled',
  run: { state: RunState; runId: string; values: ValueStore; redactor: Redactor; now(): number },
): Promise<{ event: RunEvent; change: RunChange }> {
  const { state } = run
  const durationMs = (): number => Math.max(0, run.now() - state.startedAt)
  if (outcome === 'cancelled') {
    return { event: { type: 'run-cancelled', durationMs: durationMs() }, change: { status: 'cancelled' } }
  }
  if (outcome === 'failed') {
    const error = runError(state)
    return { event: { type: 'run-failed', error, durationMs: durationMs() }, change: { status: 'failed', error } }
  }
  try {
    const outputs = await runOutputs(state, run.runId, run.values, run.redactor)
    return {
      event: { type: 'run-succeeded', outputs, durationMs: durationMs() },
      change: { status: 'succeeded', outputs: 'value' in outputs ? outputs.value : outputs.preview },
    }
  } catch (thrown) {
    const error = run.redactor.error(toErrorInfo(thrown))
    return { event: { type: 'run-failed', error, durationMs: durationMs() }, change: { status: 'failed', error } }
  }
}
