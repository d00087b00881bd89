import type { SkipReason } from '#pipeline/events.ts'
import { isFinal, type Frame, type NodeState } from './state.ts'
import type { Work } from './work.ts'

/** Commands a step that has not begun to be skipped. */
export function skip(work: Work, node: NodeState, reason: SkipReason): void {
  node.ending = 'skip'
  node.skipReason = reason
  work.commands.push({ kind: 'skip-step', node, reason })
}

/** Ends a step where it stands: what has not begun is skipped, what is in flight is cancelled, a body winds down first. */
export function endNode(work: Work, node: NodeState, reason: SkipReason): void {
  if (isFinal(node) || node.ending === 'skip' || node.ending === 'cancel') return
  if (node.container) return windDown(work, node, 'cancel')
  if (node.status === 'waiting' || node.status === 'ready') return skip(work, node, reason)
  node.ending = 'cancel'
  work.commands.push({ kind: 'cancel-step', node })
}

/** Lets nothing more start in the frame. The catch of a try is left to its turn, and its finally is never ended from outside. */
export function endFrame(work: Work, frame: Frame): void {
  const { catchStep, finallyStep } = frame.graph
  frame.ended = true
  for (const node of frame.nodes) {
    if (node.step === finallyStep || (node.step === catchStep && frame.phase === 'body')) continue
    endNode(work, node, 'run-ended')
  }
}

/** Ends all body runs of a container at work; once the last one is through, the container is cancelled or fails. */
export function windDown(work: Work, node: NodeState, ending: 'cancel' | 'fail'): void {
  const container = node.container!
  node.ending = ending
  if (container.kind === 'map' && container.parts) {
    work.commands.push({ kind: 'cancel-parts', node, attempt: node.attempt })
  }
  // A body run whose result is being worked out is dropped: nobody will ask for it.
  for (const frame of container.live) {
    if (frame.open === 0) dropFrame(work, frame)
    else endFrame(work, frame)
  }
  if (container.live.size === 0) work.commands.push(endingCommand(node))
}

/** Forgets a body run. */
export function dropFrame(work: Work, frame: Frame): void {
  work.state.frames.delete(frame.key)
  frame.owner!.container.live.delete(frame)
}

/** What is left to do with a container whose body has wound down. */
export function endingCommand(node: NodeState): Work['commands'][number] {
  const failure = node.ending === 'fail' ? node.container?.failure : null
  if (failure) return { kind: 'fail-step', node, attempt: node.attempt, error: failure }
  return { kind: 'cancel-step', node }
}
