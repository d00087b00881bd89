import type { PlanGraph, PlanStep } from '../core/core.ts'

const laterSteps = new WeakMap<PlanGraph, Map<string, ReadonlySet<string>>>()
const earlierSteps = new WeakMap<PlanGraph, Map<string, ReadonlySet<string>>>()

/** Ids of the steps of a graph that may read what this one gives out: those its edges lead to, and the catch and finally around. */
export function stepsAfter(graph: PlanGraph, id: string): ReadonlySet<string> {
  return remembered(laterSteps, graph, id, (step) => {
    const after = reach(graph, step, ({ edgesOut }) => edgesOut.map(({ to }) => to))
    const { catchStep, finallyStep } = graph
    if (catchStep && step !== catchStep && step !== finallyStep) after.add(catchStep.id)
    if (finallyStep && step !== finallyStep) after.add(finallyStep.id)
    return after
  })
}

/** Ids of the steps of a graph that this one needs, directly or not. A catch and a finally need the whole body. */
export function stepsBefore(graph: PlanGraph, id: string): ReadonlySet<string> {
  return remembered(earlierSteps, graph, id, (step) => {
    const { catchStep, finallyStep, steps } = graph
    if (step !== catchStep && step !== finallyStep) {
      return reach(graph, step, ({ edgesIn }) => edgesIn.map(({ from }) => from))
    }
    return new Set(steps.filter((each) => each !== step && each !== finallyStep).map((each) => each.id))
  })
}

function reach(graph: PlanGraph, from: PlanStep, next: (step: PlanStep) => number[]): Set<string> {
  const found = new Set<string>()
  const open = next(from)
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const step = graph.steps[index]!
    if (found.has(step.id)) continue
    found.add(step.id)
    open.push(...next(step))
  }
  return found
}

function remembered(
  memory: WeakMap<PlanGraph, Map<string, ReadonlySet<string>>>,
  graph: PlanGraph,
  id: string,
  compute: (step: PlanStep) => ReadonlySet<string>,
): ReadonlySet<string> {
  let known = memory.get(graph)
  if (!known) memory.set(graph, (known = new Map()))
  let ids = known.get(id)
  if (!ids) {
    const step = graph.byId.get(id)
    known.set(id, (ids = step ? compute(step) : new Set()))
  }
  return ids
}
