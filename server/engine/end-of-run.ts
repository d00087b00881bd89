import { errorPlace } from '#pipeline/error-text.ts'
import { type ErrorInfo, toErrorInfo } from '#pipeline/errors.ts'
import type { RunEvent } from '#pipeline/events.ts'
import type { RunChange } from './journal-types.ts'
import { pipelineOutputs } from './results.ts'
import type { RunHost } from './run-host.ts'

/** The last event of a run and what its row says from then on. Outputs that cannot be resolved make it a failure. */
export async function endOfRun(
  host: RunHost,
  outcome: 'succeeded' | 'failed' | 'cancelled',
): Promise<{ event: RunEvent; change: RunChange }> {
  const { state } = host
  const durationMs = (): number => Math.max(0, host.environment.now() - state.startedAt)
  const failed = (error: ErrorInfo): { event: RunEvent; change: RunChange } => ({
    event: { type: 'run-failed', error, durationMs: durationMs() },
    change: { status: 'failed', error },
  })
  if (outcome === 'cancelled') {
    return { event: { type: 'run-cancelled', durationMs: durationMs() }, change: { status: 'cancelled' } }
  }
  if (outcome === 'failed') {
    // The run a part works for says itself where it was.
    return failed((state.part && state.root.failure) ?? runError(state.root.failure))
  }
  try {
    // What a part hands to the run it works for, whole: the row has the stored value.
    const handed = state.part && state.root.nodes[0]!.output
    if (handed) {
      const event: RunEvent = { type: 'run-succeeded', outputs: handed, durationMs: durationMs() }
      return { event, change: { status: 'succeeded', outputs: handed } }
    }
    const outputs = await pipelineOutputs(host, state.root)
    return {
      event: { type: 'run-succeeded', outputs, durationMs: durationMs() },
      change: { status: 'succeeded', outputs: 'value' in outputs ? outputs.value : outputs.preview },
    }
  } catch (thrown) {
    return failed(host.redactor.error(toErrorInfo(thrown)))
  }
}

/** The error of the step that failed the run, saying which one that was. Limits of the run itself name no step as the culprit. */
function runError(failure: ErrorInfo | null): ErrorInfo {
  if (!failure) return { code: 'internal', message: 'the run failed without a failing step' }
  const place = errorPlace(failure)
  if (place === '' || failure.code === 'run-limit') return failure
  return { ...failure, message: `${place} failed: ${failure.message}` }
}
