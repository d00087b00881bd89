import type { Plan, PlanGraph, PlanStep } from '../core/core.ts'
import { parseRunPath } from './run-path.ts'

/** The step of a run path or document path, called pipelines included; undefined when the plan has none there. */
export function stepOfPlan(plan: Plan, path: string): PlanStep | undefined {
  let graph: PlanGraph | null = plan.root
  let step: PlanStep | undefined
  for (const { id } of parseRunPath(path)) {
    step = graph?.byId.get(id)
    graph = step?.body ?? null
  }
  return step
}
