import type { ContainerState } from './containers.ts'
import { dropFrame, endingCommand, skip } from './ending.ts'
import { makeReady } from './settle.ts'
import { createFrame, isFinal, type Frame, type FrameOwner, type NodeState, type Scope } from './state.ts'
import type { Work } from './work.ts'

/** Opens a body run of a container and starts what needs nothing in it. */
export function openFrame(work: Work, owner: FrameOwner, key: string, scope?: Scope): void {
  const { node, container } = owner
  const frame = createFrame(node.step.body!, key, owner, scope ?? node.frame.scope)
  work.state.frames.set(key, frame)
  container.live.add(frame)
  begin(work, frame)
}

/** Starts a fresh frame: steps without edges in are ready, and an empty graph is done. */
export function begin(work: Work, frame: Frame): void {
  const { catchStep, finallyStep } = frame.graph
  for (const node of frame.nodes) {
    const { step } = node
    if (step.edgesIn.length === 0 && step !== catchStep && step !== finallyStep) makeReady(work, node)
  }
  if (frame.openMain === 0) work.turned.push(frame)
}

/** A phase of the frame may be over: goes on with the next one, or with what follows from its end. */
export function turnFrame(work: Work, frame: Frame): void {
  if (frame.phase === 'body' && frame.openMain === 0) turnToCatch(work, frame)
  if (frame.phase === 'catch') turnToFinally(work, frame)
  if (frame.open > 0) return
  if (!frame.owner) {
    work.commands.push({ kind: 'finish-run', outcome: outcomeOf(work.state) })
    return
  }
  const { node, container } = frame.owner
  if (node.container === container && node.ending === null) {
    work.commands.push({ kind: 'finish-item', frame })
    return
  }
  dropFrame(work, frame)
  if (node.container === container && container.live.size === 0) work.commands.push(endingCommand(node))
}

function turnToCatch(work: Work, frame: Frame): void {
  frame.phase = 'catch'
  frame.raised = frame.failure
  const handler = nodeOf(frame, frame.graph.catchStep)
  if (!handler) return
  const endsOutside = frame.owner!.node.ending !== null
  if (frame.failure === null || endsOutside || handler.step.disabled) {
    return skip(work, handler, endsOutside ? 'run-ended' : handler.step.disabled ? 'disabled' : 'branch-not-taken')
  }
  const container: ContainerState = frame.owner!.container
  if (container.kind === 'body') container.caught = frame.failure
  frame.failure = null
  makeReady(work, handler)
}

function turnToFinally(work: Work, frame: Frame): void {
  const handler = nodeOf(frame, frame.graph.catchStep)
  if (handler && !isFinal(handler) && handler.ending !== 'skip') return
  // A catch that did not come to an end of its own has dealt with nothing.
  if (handler && handler.status !== 'succeeded' && handler.status !== 'failed') frame.failure ??= frame.raised
  frame.phase = 'finally'
  const cleanup = nodeOf(frame, frame.graph.finallyStep)
  if (cleanup) makeReady(work, cleanup)
}

function nodeOf(frame: Frame, step: NodeState['step'] | null): NodeState | null {
  return step && frame.nodes[step.index]!
}

/** How a run whose steps are all final ends (unless its outputs cannot be resolved). */
export function outcomeOf(state: Work['state']): 'succeeded' | 'failed' | 'cancelled' {
  if (state.root.failure) return 'failed'
  return state.cancelled ? 'cancelled' : 'succeeded'
}
