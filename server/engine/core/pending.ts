import type { Command } from './commands.ts'
import { endingCommand } from './ending.ts'
import { outcomeOf } from './frames.ts'
import { isThrough } from './maps.ts'
import { isFinal, type NodeState, type RunState } from './state.ts'

/**
 * The commands that are still open in a state that was folded from a journal: carrying them out goes on where the journal
 * ends. A step in flight is started again with the attempt it had, in a paused run too. Deterministic; costs the size of the
 * live state.
 */
export function pendingCommands(state: RunState): Command[] {
  const commands: Command[] = []
  if (state.status !== 'running') return commands
  // Younger frames first: the steps inside a container end before it does, as they would have without the interruption.
  for (const frame of [...state.frames.values()].reverse()) {
    for (const node of frame.nodes) if (!isFinal(node)) addPending(state, node, commands)
    if (frame.owner && frame.open === 0) commands.push({ kind: 'finish-item', frame })
  }
  if (state.root.open === 0) commands.push({ kind: 'finish-run', outcome: outcomeOf(state) })
  return commands
}

function addPending(state: RunState, node: NodeState, commands: Command[]): void {
  const { attempt, container } = node
  if (node.ending === 'skip') {
    commands.push({ kind: 'skip-step', node, reason: node.skipReason! })
  } else if (node.ending !== null) {
    if (container?.kind === 'map' && container.parts) commands.push({ kind: 'cancel-parts', node, attempt })
    if (!container || container.live.size === 0) commands.push(endingCommand(node))
  } else if (node.status === 'parked' && node.wait) {
    commands.push({ kind: 'await-answer', node, attempt, wait: node.wait })
  } else if (node.status === 'expanded' && container) {
    addContainer(node, container, commands)
  } else if (node.status === 'running' || (state.paused === null && node.status === 'ready')) {
    commands.push({ kind: 'start-step', node, attempt, notBefore: 0 })
  } else if (state.paused === null && node.status === 'retrying') {
    commands.push({ kind: 'start-step', node, attempt, notBefore: node.resumeAt })
  }
}

function addContainer(node: NodeState, container: NonNullable<NodeState['container']>, commands: Command[]): void {
  const { attempt } = node
  const { timeoutMs } = node.step
  if (timeoutMs !== null) commands.push({ kind: 'set-deadline', node, attempt, at: node.startedAt + timeoutMs })
  const through = container.kind === 'map' ? isThrough(container) : container.live.size === 0
  if (through) commands.push({ kind: 'collect', node, attempt })
  else if (container.kind === 'map' && container.parts) commands.push({ kind: 'run-parts', node, attempt })
}
