import { endNode, skip } from './ending.ts'
import type { NodeState, NodeStatus } from './state.ts'
import type { Work } from './work.ts'

/** Commands the first attempt of a step whose edges let it run. */
export function makeReady(work: Work, node: NodeState): void {
  if (node.step.disabled) return skip(work, node, 'disabled')
  node.status = 'ready'
  node.attempt = 1
  work.commands.push({ kind: 'start-step', node, attempt: 1, notBefore: 0 })
}

/** A step is final: its edges are settled, and its frame is looked at when that was the last one of a phase. */
export function settle(work: Work, node: NodeState, status: NodeStatus): void {
  const { frame, step } = node
  node.status = status
  node.ending = null
  node.container = null
  node.wait = null
  frame.open -= 1
  if (step !== frame.graph.catchStep && step !== frame.graph.finallyStep) frame.openMain -= 1
  if (!frame.ended) {
    const passes = node.skipReason === 'disabled'
    const streamed = step.streams && status === 'succeeded'
    for (const target of step.edgesOut) {
      const taken = passes || node.ports.includes(target.port) || (streamed && target.port === 'stream')
      settleEdge(work, frame.nodes[target.to]!, target.edge, taken, node)
    }
  }
  if (frame.openMain === 0) work.turned.push(frame)
}

/** The first items of a stream: its edges are taken before their source has ended. */
export function settleStream(work: Work, node: NodeState): void {
  if (node.frame.ended) return
  for (const { to, edge, port } of node.step.edgesOut) {
    if (port === 'stream') settleEdge(work, node.frame.nodes[to]!, edge, true, node)
  }
}

function settleEdge(work: Work, target: NodeState, edge: number, taken: boolean, source: NodeState): void {
  // What a step saw when it was to run stays as it was, whatever comes over other edges later.
  if (target.status !== 'waiting' || target.ending || target.edges[edge] !== null) return
  target.edges[edge] = taken
  target.edgesOpen -= 1
  if (taken) target.edgesTaken += 1
  const verdict = verdictOf(target)
  if (verdict === 'wait') return
  if (verdict === 'skip') {
    return skip(work, target, source.status === 'skipped' ? 'upstream-skipped' : 'branch-not-taken')
  }
  makeReady(work, target)
  if (target.step.disabled) return
  for (const index of target.step.losers) endNode(work, target.frame.nodes[index]!, 'lost-race')
}

/** What the edges that have settled so far make of a step. The table in docs/semantics.md says the same. */
function verdictOf({ step, edges, edgesOpen, edgesTaken }: NodeState): 'run' | 'skip' | 'wait' {
  switch (step.join) {
    case 'all':
      if (edgesTaken + edgesOpen < edges.length) return 'skip'
      return edgesOpen === 0 ? 'run' : 'wait'
    case 'any':
      if (edgesOpen > 0) return 'wait'
      return edgesTaken > 0 ? 'run' : 'skip'
    case 'first':
    case 'race':
      if (edgesTaken > 0) return 'run'
      return edgesOpen === 0 ? 'skip' : 'wait'
    case 'count':
      if (edgesTaken >= step.joinCount) return 'run'
      return edgesTaken + edgesOpen < step.joinCount ? 'skip' : 'wait'
  }
}
