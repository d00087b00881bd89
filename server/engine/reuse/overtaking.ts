import { type Frame, isFinal, type NodeState, type PlanGraph } from '../core/core.ts'
import { stepsBefore } from './graph-ways.ts'
import type { Again } from './again.ts'
import type { PastRun } from './past-run.ts'

const eagerJoins = new WeakMap<PlanGraph, PlanGraph['steps']>()

/** Steps of a graph that do not wait for all edges in: what comes first decides what they give out. */
function eagerJoinsOf(graph: PlanGraph): PlanGraph['steps'] {
  let joins = eagerJoins.get(graph)
  if (!joins) {
    joins = graph.steps.filter(({ join }) => join === 'first' || join === 'race' || join === 'count')
    eagerJoins.set(graph, joins)
  }
  return joins
}

/**
 * Reused steps end at once, in no order of their own. Where the order matters a step is held back: until a join that had begun
 * without it has begun again, and, when it ended more than itself, until steps that had ended before it and are carried out
 * again have ended.
 */
export function isOvertaking(node: NodeState, past: PastRun, again: Again): boolean {
  const { frame, step } = node
  const pathOf = (id: string): string => (frame.key === '' ? id : `${frame.key}.${id}`)
  const end = past.endOf(node.path)
  for (const join of eagerJoinsOf(step.graph)) {
    if (frame.nodes[join.index]!.status !== 'waiting' || !stepsBefore(step.graph, join.id).has(step.id)) continue
    const joined = past.endOf(pathOf(join.id))
    if (!joined || (end && end.order < joined.order)) continue
    const winners = join.edgesIn.flatMap(({ from }) => {
      const path = pathOf(step.graph.steps[from]!.id)
      const won = past.endOf(path)
      return won && won.order < joined.order ? [path] : []
    })
    if (winners.length > 0 && winners.every((path) => again.standing(path) === 'free')) return true
  }
  return end !== undefined && end.ends !== null && hasEarlierToCome(frame, node, end.order, past, again)
}

function hasEarlierToCome(frame: Frame, node: NodeState, order: number, past: PastRun, again: Again): boolean {
  return frame.nodes.some((other) => {
    if (other === node || isFinal(other) || again.standing(other.path) === 'free') return false
    const end = past.endOf(other.path)
    return end !== undefined && end.order < order
  })
}
