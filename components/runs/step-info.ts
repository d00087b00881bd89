import type { StepRunInfo } from '#components/editor/editor.ts'
import type { StepView } from '#pipeline/run-view.ts'
import { skipWords } from './skip-words.ts'

/** What a card shows of one step path, without what passes (streamed text, reported progress). */
export function stepInfoOf(step: StepView): StepRunInfo {
  const { output, items, loop } = step
  const value = output === null ? undefined : 'value' in output ? output.value : output.preview
  const info: StepRunInfo = { status: step.status, attempt: step.attempt, cached: step.cached, takenPorts: step.ports }
  if (step.durationMs !== null) info.durationMs = step.durationMs
  if (step.startedAt !== null) info.startedAt = step.startedAt
  if (value !== undefined) info.output = value
  if (output && 'blob' in output && output.lengths) info.lengths = output.lengths
  if (step.error) info.error = step.error
  if (items) info.progress = { done: items.done, total: items.count, failed: items.failed }
  if (items?.parts) info.parts = { count: items.parts.count, done: items.parts.done }
  if (loop) {
    // The turn under way is the one after those that have ended.
    const under = step.status === 'running' || step.status === 'waiting' ? 1 : 0
    info.turn = { number: Math.min(loop.turns + under, loop.limit), limit: loop.limit }
  }
  if (step.skippedBecause) info.skippedBecause = skipWords[step.skippedBecause]
  if (step.reused) info.reused = step.reused
  if (step.fallback) info.fallback = step.fallback
  if (step.status === 'waiting' && step.wait) {
    info.wait = { ...step.wait, runPath: step.path, since: step.waitingSince ?? 0 }
  }
  if (step.heldBy) info.heldBy = step.heldBy
  if (step.yielded > 0) info.streamed = step.yielded
  if (step.ends) info.ends = step.ends
  if (step.editedBy) info.editedBy = step.editedBy
  if (step.failing && step.status === 'running') info.failing = true
  return info
}
