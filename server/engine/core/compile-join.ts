import type { Step } from '#pipeline/document.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import type { JoinMode, PlanGraph, PlanStep } from './plan.ts'

export const joinModes: readonly JoinMode[] = ['all', 'any', 'first', 'count', 'race']

/** When the step runs, from its type and, where that merges, from its settings `mode` and `count`. */
export function compileJoin(step: Step, manifest: StepManifest): { join: JoinMode; joinCount: number } {
  const edges = step.needs?.length ?? 0
  if (manifest.join === 'all') return { join: 'all', joinCount: edges }
  const { mode, count } = step.with ?? {}
  const join = joinModes.find((each) => each === mode) ?? 'any'
  return { join, joinCount: typeof count === 'number' ? count : edges }
}

/** The steps of a graph without cycles that lead to this one and nowhere else, by index. */
export function losersOf(race: PlanStep, graph: PlanGraph): number[] {
  const losers = new Set<number>()
  const leadsThere = ({ to }: { to: number }): boolean => to === race.index || losers.has(to)
  const visit = (step: PlanStep): void => {
    for (const { from } of step.edgesIn) {
      const source = graph.steps[from]!
      if (losers.has(from) || !source.edgesOut.every(leadsThere)) continue
      losers.add(from)
      visit(source)
    }
  }
  visit(race)
  return [...losers]
}
