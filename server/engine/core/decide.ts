import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import type { Command } from './commands.ts'
import { handledOutput } from './failure.ts'
import { createFrame, findNode, isFinal, type Frame, type NodeState, type RunState, type SkipReason } from './state.ts'

/** A fact and when it became one, in epoch milliseconds. The core has no clock of its own. */
export interface TimedEvent {
  at: number
  event: RunEvent
}

/**
 * The scheduler: what follows from one fact. Deterministic, without I/O, clock or randomness. It takes over the given
 * state and returns it changed, so a step costs what it touches and not the size of the run; a caller that needs the
 * state from before folds the journal again. An event that does not fit (its step is final or its item gone) changes nothing.
 * Commands must be carried out in order; `pendingCommands` gives those still open after a fold.
 */
export function decide(state: RunState, { at, event }: TimedEvent): [RunState, Command[]] {
  const commands: Command[] = []
  if (state.status === 'ended') return [state, commands]
  switch (event.type) {
    case 'run-started':
      if (state.status !== 'new') break
      state.status = 'running'
      state.startedAt = at
      state.inputs = event.inputs
      begin(state, state.root, commands)
      break
    case 'run-claimed':
      break
    case 'cancel-requested':
      if (state.cancelled || state.root.ended || state.root.open === 0) break
      state.cancelled = true
      endFrame(state, state.root, commands)
      break
    case 'run-succeeded':
    case 'run-failed':
    case 'run-cancelled':
      state.status = 'ended'
      break
    case 'item-finished':
      finishItem(state, event, commands)
      break
    default:
      decideStep(state, event, at, commands)
  }
  return [state, commands]
}

type StepEvent = Extract<RunEvent, { type: `step-${string}` | 'map-expanded' }>

function decideStep(state: RunState, event: StepEvent, at: number, commands: Command[]): void {
  const node = findNode(state, event.path)
  if (!node || isFinal(node)) return
  switch (event.type) {
    case 'step-started':
      node.status = 'running'
      node.attempt = event.attempt
      node.startedAt = at
      return
    case 'step-retried':
      endItems(state, node, commands)
      node.status = 'retrying'
      node.attempt = event.attempt + 1
      node.resumeAt = event.resumeAt
      commands.push({ kind: 'start-step', node, attempt: node.attempt, notBefore: event.resumeAt })
      return
    case 'step-succeeded':
      node.output = event.output
      node.ports = event.ports
      node.map = null
      return settle(state, node, 'succeeded', commands)
    case 'step-failed':
      endItems(state, node, commands)
      node.output = event.handled ? handledOutput(event.error) : null
      node.ports = event.ports
      if (event.handled) return settle(state, node, 'failed', commands)
      node.frame.failure ??= event.error
      endFrame(state, node.frame, commands, node)
      return settle(state, node, 'failed', commands)
    case 'step-skipped':
      node.skipReason = event.reason
      if (event.reason === 'disabled') node.output = { value: null }
      return settle(state, node, 'skipped', commands)
    case 'step-cancelled':
      endItems(state, node, commands)
      return settle(state, node, 'cancelled', commands)
    case 'map-expanded':
      return expand(state, node, event, commands)
  }
}

/** Starts a fresh frame: steps without edges in are ready, and an empty graph is done. */
function begin(state: RunState, frame: Frame, commands: Command[]): void {
  for (const node of frame.nodes) if (node.step.edgesIn.length === 0) makeReady(node, commands)
  if (frame.open === 0) frameDone(state, frame, commands)
}

function makeReady(node: NodeState, commands: Command[]): void {
  if (node.step.disabled) return skip(node, 'disabled', commands)
  node.status = 'ready'
  node.attempt = 1
  commands.push({ kind: 'start-step', node, attempt: 1, notBefore: 0 })
}

function skip(node: NodeState, reason: SkipReason, commands: Command[]): void {
  node.ending = 'skip'
  node.skipReason = reason
  commands.push({ kind: 'skip-step', node, reason })
}

function settle(state: RunState, node: NodeState, status: NodeState['status'], commands: Command[]): void {
  const { frame } = node
  node.status = status
  node.ending = null
  frame.open -= 1
  if (!frame.ended) {
    const passes = node.skipReason === 'disabled'
    for (const target of node.step.edgesOut) {
      settleEdge(frame.nodes[target.to]!, target.edge, passes || node.ports.includes(target.port), node, commands)
    }
  }
  if (frame.open === 0) frameDone(state, frame, commands)
}

function settleEdge(target: NodeState, edge: number, taken: boolean, source: NodeState, commands: Command[]): void {
  target.edges[edge] = taken
  target.edgesOpen -= 1
  if (taken) target.edgesTaken += 1
  if (target.status !== 'waiting' || target.ending) return
  const reason = source.status === 'skipped' ? 'upstream-skipped' : 'branch-not-taken'
  if (target.step.join === 'all') {
    if (!taken) return skip(target, reason, commands)
    if (target.edgesOpen === 0) makeReady(target, commands)
    return
  }
  if (target.edgesOpen > 0) return
  if (target.edgesTaken > 0) makeReady(target, commands)
  else skip(target, reason, commands)
}

/** Lets nothing more start in the frame: what has not begun is skipped, what is in flight is cancelled. */
function endFrame(state: RunState, frame: Frame, commands: Command[], except?: NodeState): void {
  frame.ended = true
  for (const node of frame.nodes) {
    if (node === except || isFinal(node) || node.ending) continue
    if (node.status === 'waiting' || node.status === 'ready') {
      skip(node, 'run-ended', commands)
      continue
    }
    // The steps inside end before their container does.
    endItems(state, node, commands)
    node.ending = 'cancel'
    commands.push({ kind: 'cancel-step', node })
  }
}

/** Ends the items in flight of a container that itself has ended or starts over. */
function endItems(state: RunState, node: NodeState, commands: Command[]): void {
  const { map } = node
  if (!map) return
  node.map = null
  for (let index = 0; index < map.next; index += 1) {
    const frame = state.frames.get(`${node.path}[${index}]`)
    if (!frame) continue
    if (frame.open === 0) state.frames.delete(frame.key)
    else endFrame(state, frame, commands)
  }
}

function frameDone(state: RunState, frame: Frame, commands: Command[]): void {
  if (!frame.owner) {
    commands.push({ kind: 'finish-run', outcome: outcomeOf(state) })
  } else if (frame.owner.node.map === frame.owner.map) {
    commands.push({ kind: 'finish-item', frame })
  } else {
    state.frames.delete(frame.key)
  }
}

/** How a run whose steps are all final ends (unless its outputs cannot be resolved). */
export function outcomeOf(state: RunState): 'succeeded' | 'failed' | 'cancelled' {
  if (state.root.failure) return 'failed'
  return state.cancelled ? 'cancelled' : 'succeeded'
}

function expand(
  state: RunState,
  node: NodeState,
  event: { items: StoredValue; count: number; concurrency: number },
  commands: Command[],
): void {
  node.status = 'expanded'
  node.map = {
    items: event.items,
    count: event.count,
    concurrency: Math.max(1, event.concurrency),
    next: 0,
    finished: 0,
    failed: 0,
    outputs: Array.from({ length: event.count }, () => null),
    errors: [],
  }
  const { timeoutMs } = node.step
  if (timeoutMs !== null) {
    commands.push({ kind: 'set-deadline', node, attempt: node.attempt, at: node.startedAt + timeoutMs })
  }
  if (event.count === 0) commands.push({ kind: 'collect', node })
  const first = Math.min(event.count, node.map.concurrency)
  for (let begun = 0; begun < first; begun += 1) beginItem(state, node, commands)
}

function beginItem(state: RunState, node: NodeState, commands: Command[]): void {
  const { map } = node
  if (!map || map.next >= map.count) return
  const index = map.next
  map.next += 1
  const frame = createFrame(node.step.body!, `${node.path}[${index}]`, { node, map, index })
  state.frames.set(frame.key, frame)
  begin(state, frame, commands)
}

function finishItem(state: RunState, event: Extract<RunEvent, { type: 'item-finished' }>, commands: Command[]): void {
  const frame = state.frames.get(event.path)
  if (!frame?.owner) return
  const { node, map, index } = frame.owner
  state.frames.delete(frame.key)
  if (node.map !== map) return
  map.finished += 1
  if (event.error) {
    map.failed += 1
    map.errors.push({ index, step: event.error.step ?? event.path, message: event.error.message })
  } else {
    map.outputs[index] = event.output ?? { value: null }
  }
  beginItem(state, node, commands)
  if (map.finished === map.count) commands.push({ kind: 'collect', node })
}
