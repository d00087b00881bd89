import type { ErrorInfo } from '#pipeline/errors.ts'
import type { RunEvent } from '#pipeline/events.ts'
import type { BodyState, LoopState } from './containers.ts'
import { openFrame } from './frames.ts'
import { failContainer } from './maps.ts'
import type { NodeState } from './state.ts'
import type { Work } from './work.ts'

type ItemFinished = Extract<RunEvent, { type: 'item-finished' }>

/** A loop begins with its first turn. */
export function enterLoop(work: Work, node: NodeState, event: Extract<RunEvent, { type: 'loop-entered' }>): void {
  node.container = {
    kind: 'loop',
    live: new Set(),
    stopped: false,
    failure: null,
    state: event.state,
    limit: event.limit,
    turns: 0,
    output: null,
  }
  if (event.limit < 1) failContainer(work, node, limitError(node, event.limit))
  else beginTurn(work, node, node.container)
}

function beginTurn(work: Work, node: NodeState, loop: LoopState): void {
  const index = loop.turns
  openFrame(work, { node, container: loop, index, slices: null }, `${node.path}[${index}]`)
}

/** A turn of a loop has ended: another one, or the loop's end. */
export function finishTurn(work: Work, node: NodeState, loop: LoopState, event: ItemFinished): void {
  loop.turns += 1
  if (event.error) return failContainer(work, node, event.error)
  loop.output = event.output ?? { value: null }
  if (event.state) loop.state = event.state
  if (!event.again || loop.stopped) work.commands.push({ kind: 'collect', node, attempt: node.attempt })
  else if (loop.turns >= loop.limit) failContainer(work, node, limitError(node, loop.limit))
  else beginTurn(work, node, loop)
}

function limitError(node: NodeState, limit: number): ErrorInfo {
  return {
    code: 'loop-limit',
    message: `the loop wants another turn after its limit of ${limit} ${limit === 1 ? 'turn' : 'turns'}`,
    step: node.path,
    fix: 'Raise the limit, or let the loop end earlier.',
  }
}

/** A container whose body runs once begins with it. */
export function enterBody(work: Work, node: NodeState, event: Extract<RunEvent, { type: 'body-entered' }>): void {
  const { container: kind, body } = node.step
  if (!body || kind === null || kind === 'map' || kind === 'loop') return
  const container: BodyState = {
    kind,
    live: new Set(),
    stopped: false,
    failure: null,
    output: null,
    caught: null,
  }
  node.container = container
  const owner = { node, container, index: 0, slices: null }
  if (kind !== 'call') return openFrame(work, owner, node.path)
  const { calls } = work.state.plan
  const document = calls.get(node.step.call!)!.document
  openFrame(work, owner, node.path, { document, inputs: event.inputs ?? {}, depth: node.frame.scope.depth + 1 })
}

/** The body of a container that runs it once has ended. */
export function finishBody(work: Work, node: NodeState, body: BodyState, event: ItemFinished): void {
  if (event.error) return failContainer(work, node, event.error)
  body.output = event.output ?? { value: null }
  work.commands.push({ kind: 'collect', node, attempt: node.attempt })
}
