import type { RunEvent } from '#pipeline/events.ts'
import { enterBody, enterLoop } from './bodies.ts'
import { endFrame } from './ending.ts'
import { handledOutput } from './failure.ts'
import { expandMap, failContainer, finishPart, pumpReaders } from './maps.ts'
import { settle, settleStream } from './settle.ts'
import { findNode, type Frame, isFinal, type NodeState, type NodeStatus } from './state.ts'
import { openStream } from './streams.ts'
import type { Work } from './work.ts'

/** Events of one step. */
export type StepEvent = Extract<
  RunEvent,
  { type: `step-${string}` | 'map-expanded' | 'loop-entered' | 'body-entered' | 'part-finished' }
>

const goesOn: ReadonlySet<RunEvent['type']> = new Set([
  'step-retried',
  'step-parked',
  'map-expanded',
  'loop-entered',
  'body-entered',
])

/** What follows from an event of one step. */
export function decideStep(work: Work, event: StepEvent, at: number): void {
  const node = findNode(work.state, event.path)
  if (!node || isFinal(node)) return
  // In its grace a step may come to an end of its own, but to nothing that would go on.
  if (node.ending === 'cancel' && goesOn.has(event.type)) {
    work.commands.push({ kind: 'cancel-step', node })
    return
  }
  switch (event.type) {
    case 'step-started':
      if (work.state.stepping === 'due' && node.status === 'ready') work.state.stepping = 'taken'
      node.status = 'running'
      node.attempt = event.attempt
      node.startedAt = at
      if (node.firstStartedAt === 0) node.firstStartedAt = at
      return
    case 'step-retried':
      dropBody(work, node)
      node.container = null
      node.status = 'retrying'
      node.ending = null
      node.attempt = event.attempt + 1
      node.resumeAt = event.resumeAt
      if (event.fallback) node.fallback = event.error
      work.commands.push({ kind: 'start-step', node, attempt: node.attempt, notBefore: event.resumeAt })
      return
    case 'step-parked':
      node.status = 'parked'
      node.wait = event.wait
      work.commands.push({ kind: 'await-answer', node, attempt: node.attempt, wait: event.wait })
      return
    case 'step-succeeded':
      node.output = event.output
      node.ports = event.ports
      node.status = 'succeeded'
      if (event.ends && node.ending === null) endEarly(work, node, event.ends)
      return finish(work, node, 'succeeded')
    case 'step-failed':
      node.output = event.handled ? (event.output ?? handledOutput(event.error)) : null
      node.ports = event.ports
      node.status = 'failed'
      if (!event.handled && node.ending !== 'cancel') {
        node.frame.failure ??= event.error
        endFrame(work, node.frame)
      }
      return finish(work, node, 'failed')
    case 'step-skipped':
      node.skipReason = event.reason
      if (event.reason === 'disabled') node.output = { value: null }
      return finish(work, node, 'skipped')
    case 'step-cancelled':
      return finish(work, node, 'cancelled')
    case 'step-yielded':
      return takeYield(work, node, event)
    case 'step-failing':
      if (node.status === 'expanded' && event.attempt === node.attempt) failContainer(work, node, event.error)
      return
    case 'part-finished':
      return finishPart(work, node, event)
    case 'step-held':
      return
    default:
      return enter(work, node, event)
  }
}

function enter(
  work: Work,
  node: NodeState,
  event: Extract<StepEvent, { type: 'map-expanded' | 'loop-entered' | 'body-entered' }>,
): void {
  node.status = 'expanded'
  const { timeoutMs } = node.step
  if (timeoutMs !== null) {
    work.commands.push({ kind: 'set-deadline', node, attempt: node.attempt, at: node.startedAt + timeoutMs })
  }
  if (event.type === 'map-expanded') return expandMap(work, node, event)
  if (event.type === 'loop-entered') return enterLoop(work, node, event)
  return enterBody(work, node, event)
}

function finish(work: Work, node: NodeState, status: NodeStatus): void {
  dropBody(work, node)
  const { step } = node
  if (step.streams) openStream(node).closed = true
  const { source } = node.container?.kind === 'map' ? node.container : { source: null }
  settle(work, node, status)
  if (step.streams) pumpReaders(work, node)
  // A reader that is through holds nobody up.
  if (source && !isFinal(source.producer)) {
    pumpReaders(work, source.producer)
    work.commands.push({ kind: 'stream-moved', node: source.producer })
  }
}

/** Body runs end before their container does; should one be left, nobody will hear of it. */
function dropBody(work: Work, node: NodeState): void {
  const { container } = node
  if (!container) return
  for (const frame of container.live) {
    for (const inner of frame.nodes) {
      if (isFinal(inner)) continue
      dropBody(work, inner)
      work.commands.push({ kind: 'cancel-step', node: inner })
    }
    work.state.frames.delete(frame.key)
  }
  container.live.clear()
}

/** A step ends more than itself: the body run of the nearest map or loop, or its whole pipeline. */
function endEarly(work: Work, node: NodeState, ends: 'container' | 'run'): void {
  const last = ends === 'run' ? pipelineFrame(node.frame) : repeatFrame(node.frame)
  if (!last) return
  last.early = node.output
  if (ends === 'container') last.owner!.container.stopped = true
  for (let frame = node.frame; ; frame = frame.owner!.node.frame) {
    endFrame(work, frame)
    if (frame === last) return
  }
}

function pipelineFrame(frame: Frame): Frame {
  let here = frame
  while (here.owner && here.owner.container.kind !== 'call') here = here.owner.node.frame
  return here
}

function repeatFrame(frame: Frame): Frame | null {
  for (let here = frame; here.owner; here = here.owner.node.frame) {
    const { kind } = here.owner.container
    if (kind === 'map' || kind === 'loop') return here
    if (kind === 'call') return null
  }
  return null
}

function takeYield(work: Work, node: NodeState, event: Extract<StepEvent, { type: 'step-yielded' }>): void {
  const stream = openStream(node)
  if (event.from !== stream.total || event.count === 0) return
  const isFirst = stream.total === 0
  stream.total += event.count
  stream.chunks.push({ items: event.items, from: 0, count: event.count })
  if (isFirst) settleStream(work, node)
  pumpReaders(work, node)
}
