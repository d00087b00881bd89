import { type Frame, isFinal, type NodeState, type RunState, type SkipReason } from './state.ts'

/**
 * What the world has to do, and the event that says it was done:
 * - `start-step`: run one attempt, not before `notBefore` (epoch ms) -> step-started, then step-succeeded, step-failed,
 *   step-retried or (containers) map-expanded
 * - `skip-step` -> step-skipped; `cancel-step`: abort what runs, forget its timer -> step-cancelled
 * - `set-deadline`: fail the container with step-timeout at `at`, unless it is final by then
 * - `finish-item`: work out the item's result, or pass its failure on -> item-finished
 * - `collect`: put the results of all items together -> step-succeeded, step-failed or step-retried of the container
 * - `finish-run`: resolve the outputs -> run-succeeded, run-failed or run-cancelled
 */
export type Command =
  | { kind: 'start-step'; node: NodeState; attempt: number; notBefore: number }
  | { kind: 'skip-step'; node: NodeState; reason: SkipReason }
  | { kind: 'cancel-step'; node: NodeState }
  | { kind: 'set-deadline'; node: NodeState; attempt: number; at: number }
  | { kind: 'finish-item'; frame: Frame }
  | { kind: 'collect'; node: NodeState }
  | { kind: 'finish-run'; outcome: 'succeeded' | 'failed' | 'cancelled' }

/** Whether a command was overtaken by events after it was given (a failure or a cancellation): nothing is to be done then. */
export function isOvertaken(state: RunState, command: Command): boolean {
  switch (command.kind) {
    case 'start-step':
      return isFinal(command.node) || command.node.ending !== null || command.node.attempt !== command.attempt
    case 'skip-step':
    case 'cancel-step':
      return isFinal(command.node)
    case 'set-deadline':
      return (
        command.node.status !== 'expanded' || command.node.attempt !== command.attempt || !isLive(state, command.node)
      )
    case 'finish-item': {
      const { key, owner } = command.frame
      return state.frames.get(key) !== command.frame || owner!.node.map !== owner!.map
    }
    case 'collect':
      return !command.node.map || command.node.ending !== null || isFinal(command.node)
    case 'finish-run':
      return state.status === 'ended'
  }
}

function isLive(state: RunState, node: NodeState): boolean {
  return node.ending === null && state.frames.get(node.frame.key) === node.frame
}
