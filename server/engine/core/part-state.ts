import { OrchestratorError } from '#pipeline/errors.ts'
import type { Plan, PlanGraph, PlanStep } from './plan.ts'
import { createFrame, initialState, type PartOfRun, type RunState, type Scope } from './state.ts'

/**
 * The state, before its first event, of a run that carries out some items of one map of another run: that map is its only step,
 * at the path it has there, and its items count from `part.from`. Its `start-step` is answered with a `map-expanded` of the
 * given items; its policies are those of the parent's step and do not hold here. Throws `unknown-reference` for a path that is
 * no map.
 */
export function partState(plan: Plan, part: PartOfRun): RunState {
  const { map, scope } = findMap(plan, part)
  const graph: PlanGraph = { steps: [], byId: new Map(), owner: map.graph.owner, catchStep: null, finallyStep: null }
  const step: PlanStep = {
    ...map,
    // Its items are given, and what they are worked out from is not there.
    step: { ...map.step, with: { ...map.step.with, items: [] } },
    index: 0,
    graph,
    join: 'all',
    joinCount: 0,
    losers: [],
    edgesIn: [],
    edgesOut: [],
    onError: 'fail',
    retry: { ...map.retry, attempts: 1 },
    timeoutMs: null,
    fallback: null,
    limit: null,
    disabled: false,
  }
  graph.steps.push(step)
  graph.byId.set(step.id, step)
  const dot = part.path.lastIndexOf('.')
  const root = createFrame(graph, dot < 0 ? '' : part.path.slice(0, dot), null, scope)
  return { ...initialState(plan), root, frames: new Map([[root.key, root]]), part }
}

function findMap(plan: Plan, { path, inputs }: PartOfRun): { map: PlanStep; scope: Scope } {
  let graph: PlanGraph | null = plan.root
  let step: PlanStep | undefined
  let scope: Scope = { document: plan.document, inputs, depth: 0 }
  for (const part of path.split('.')) {
    step = graph?.byId.get(part.replace(/\[\d+\]$/, ''))
    graph = step?.body ?? null
    if (step?.container === 'call') {
      scope = { document: plan.calls.get(step.call!)!.document, inputs, depth: scope.depth + 1 }
    }
  }
  if (step?.container === 'map') return { map: step, scope }
  throw new OrchestratorError('unknown-reference', `there is no map at "${path}" in "${plan.document.name}"`, {
    step: path,
  })
}
