import type { Command } from './commands.ts'
import { outcomeOf } from './decide.ts'
import { isFinal, type NodeState, type RunState } from './state.ts'

/**
 * The commands that are still open in a state that was folded from a journal: carrying them out goes on where the journal
 * ends. A step in flight is started again with the attempt it had. Deterministic; costs the size of the live state.
 */
export function pendingCommands(state: RunState): Command[] {
  const commands: Command[] = []
  if (state.status !== 'running') return commands
  // Younger frames first: the steps inside a container end before it does, as they would have without the interruption.
  for (const frame of [...state.frames.values()].reverse()) {
    for (const node of frame.nodes) if (!isFinal(node)) addPending(node, commands)
    if (frame.owner && frame.open === 0) commands.push({ kind: 'finish-item', frame })
  }
  if (state.root.open === 0) commands.push({ kind: 'finish-run', outcome: outcomeOf(state) })
  return commands
}

function addPending(node: NodeState, commands: Command[]): void {
  if (node.ending === 'skip') {
    commands.push({ kind: 'skip-step', node, reason: node.skipReason! })
  } else if (node.ending === 'cancel') {
    commands.push({ kind: 'cancel-step', node })
  } else if (node.status === 'ready' || node.status === 'running') {
    commands.push({ kind: 'start-step', node, attempt: node.attempt, notBefore: 0 })
  } else if (node.status === 'retrying') {
    commands.push({ kind: 'start-step', node, attempt: node.attempt, notBefore: node.resumeAt })
  } else if (node.status === 'expanded' && node.map) {
    const { timeoutMs } = node.step
    if (timeoutMs !== null) {
      commands.push({ kind: 'set-deadline', node, attempt: node.attempt, at: node.startedAt + timeoutMs })
    }
    if (node.map.finished === node.map.count) commands.push({ kind: 'collect', node })
  }
}
