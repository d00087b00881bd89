import type { ErrorInfo } from '#pipeline/errors.ts'
import type { SkipReason, Wait } from '#pipeline/events.ts'
import { type Frame, isFinal, type NodeState, type RunState } from './state.ts'

/**
 * What the world has to do, and the event that says it was done:
 * - `start-step`: run one attempt, not before `notBefore` (epoch ms) -> step-started, then step-succeeded, step-failed,
 *   step-retried, step-parked or (containers) map-expanded, loop-entered, body-entered. Given again for every step that has not
 *   begun when a paused run goes on: one attempt at a time.
 * - `skip-step` -> step-skipped; `cancel-step`: abort what runs, forget its timer or wait -> step-cancelled
 * - `await-answer`: the step is parked; what ends its wait -> step-succeeded, step-failed or step-retried
 * - `set-deadline`: fail the container with step-timeout at `at`, unless it is final by then -> step-failing
 * - `finish-item`: work out the result of a body run (`frame.failure`: pass that on) -> item-finished
 * - `collect`: work out the output of a container whose body is through -> step-succeeded, step-failed or step-retried
 * - `fail-step`: the container has failed and its body has wound down -> step-failed or step-retried (`failureEvent`)
 * - `run-parts`: see that child runs work on the parts of the map that are not done -> part-finished for each
 * - `cancel-parts`: end the child runs of the map; no event
 * - `stream-moved`: a reader took items, the step may yield more (`streamBacklog`); no event
 * - `finish-run`: resolve the outputs -> run-succeeded, run-failed or run-cancelled
 */
export type Command =
  | { kind: 'start-step'; node: NodeState; attempt: number; notBefore: number }
  | { kind: 'skip-step'; node: NodeState; reason: SkipReason }
  | { kind: 'cancel-step'; node: NodeState }
  | { kind: 'await-answer'; node: NodeState; attempt: number; wait: Wait }
  | { kind: 'set-deadline'; node: NodeState; attempt: number; at: number }
  | { kind: 'finish-item'; frame: Frame }
  | { kind: 'collect'; node: NodeState; attempt: number }
  | { kind: 'fail-step'; node: NodeState; attempt: number; error: ErrorInfo }
  | { kind: 'run-parts'; node: NodeState; attempt: number }
  | { kind: 'cancel-parts'; node: NodeState; attempt: number }
  | { kind: 'stream-moved'; node: NodeState }
  | { kind: 'finish-run'; outcome: 'succeeded' | 'failed' | 'cancelled' }

/** Whether a command was overtaken by events after it was given (a failure, a cancellation, a pause): nothing is to be done then. */
export function isOvertaken(state: RunState, command: Command): boolean {
  switch (command.kind) {
    case 'start-step':
      // What had begun before the pause goes on, also after a crash.
      return (state.paused !== null && command.node.status !== 'running') || !isDue(command.node, command.attempt)
    case 'skip-step':
    case 'cancel-step':
    case 'stream-moved':
      return isFinal(command.node)
    case 'await-answer':
      return command.node.status !== 'parked' || !isDue(command.node, command.attempt)
    case 'set-deadline':
    case 'run-parts': {
      const { node, attempt } = command
      return node.status !== 'expanded' || !isDue(node, attempt) || state.frames.get(node.frame.key) !== node.frame
    }
    case 'finish-item': {
      const { key, owner } = command.frame
      return state.frames.get(key) !== command.frame || owner!.node.container !== owner!.container
    }
    case 'collect':
      return !command.node.container || !isDue(command.node, command.attempt)
    case 'fail-step':
      return isFinal(command.node) || command.node.ending !== 'fail' || command.node.attempt !== command.attempt
    case 'cancel-parts':
      return false
    case 'finish-run':
      return state.status === 'ended'
  }
}

function isDue(node: NodeState, attempt: number): boolean {
  return !isFinal(node) && node.ending === null && node.attempt === attempt
}
