import type { RunEvent } from '#pipeline/events.ts'
import type { Command } from './commands.ts'
import { decideStep } from './decide-step.ts'
import { dropFrame, endFrame } from './ending.ts'
import { begin, turnFrame } from './frames.ts'
import { finishBody, finishTurn } from './bodies.ts'
import { finishMapItem } from './maps.ts'
import { countSpending } from './spending.ts'
import { findNode, isFinal, type RunState } from './state.ts'
import type { Work } from './work.ts'

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
  const work: Work = { state, commands: [], turned: [] }
  if (state.status !== 'ended') {
    countSpending(state.spent, event)
    decideEvent(work, event, at)
    for (let index = 0; index < work.turned.length; index += 1) {
      const frame = work.turned[index]!
      if (state.frames.get(frame.key) === frame) turnFrame(work, frame)
    }
  }
  return [state, work.commands]
}

function decideEvent(work: Work, event: RunEvent, at: number): void {
  const { state } = work
  switch (event.type) {
    case 'run-started':
      if (state.status !== 'new') return
      state.status = 'running'
      state.startedAt = at
      state.inputs = event.inputs
      if (!state.part) state.root.scope.inputs = event.inputs
      return begin(work, state.root)
    case 'run-claimed':
      return
    case 'cancel-requested':
      if (state.cancelled || state.root.ended || state.root.open === 0) return
      state.cancelled = true
      return endRun(work)
    case 'limit-reached':
      if (state.root.ended || state.root.open === 0) return
      state.root.failure = event.error
      return endRun(work)
    case 'run-paused':
      // What winds down has to come to its end.
      if (state.root.ended) return
      state.paused = { path: event.path ?? null, reason: event.reason }
      return
    case 'run-resumed':
      return resume(work, event.mode)
    case 'value-edited': {
      const node = findNode(state, event.path)
      if (node && isFinal(node)) node.output = event.output
      return
    }
    case 'run-succeeded':
    case 'run-failed':
    case 'run-cancelled':
      state.status = 'ended'
      state.paused = null
      return
    case 'item-finished':
      return finishItem(work, event)
    default:
      decideStep(work, event, at)
  }
}

/** What cleans up has to run, so a pause is over. */
function endRun(work: Work): void {
  const { state } = work
  const wasPaused = state.paused !== null
  state.paused = null
  state.stepping = null
  endFrame(work, state.root)
  if (wasPaused) startHeld(work)
}

function resume(work: Work, mode: 'continue' | 'step'): void {
  const { state } = work
  if (!state.paused) return
  const held = state.paused.path === null ? undefined : findNode(state, state.paused.path)
  if (held) held.released = true
  state.paused = null
  state.stepping = mode === 'step' ? 'due' : null
  startHeld(work)
}

/** Commands every step that could not start while the run was paused. */
function startHeld({ state, commands }: Work): void {
  for (const frame of state.frames.values()) {
    for (const node of frame.nodes) {
      if (node.ending !== null || (node.status !== 'ready' && node.status !== 'retrying')) continue
      const notBefore = node.status === 'retrying' ? node.resumeAt : 0
      commands.push({ kind: 'start-step', node, attempt: node.attempt, notBefore })
    }
  }
}

function finishItem(work: Work, event: Extract<RunEvent, { type: 'item-finished' }>): void {
  const frame = work.state.frames.get(event.path)
  if (!frame?.owner || frame.open > 0) return
  const { node, container, index } = frame.owner
  dropFrame(work, frame)
  if (node.container !== container || node.ending) return
  if (container.kind === 'map') finishMapItem(work, node, container, index, event)
  else if (container.kind === 'loop') finishTurn(work, node, container, event)
  else finishBody(work, node, container, event)
}
