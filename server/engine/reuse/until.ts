import type { Plan, PlanGraph, PlanStep } from '../core/core.ts'
import { stepsBefore } from './graph-ways.ts'
import { parseRunPath, type PathPart } from './run-path.ts'

/** Which steps a run needs that was asked for some steps only (run paths or document paths). */
export class Until {
  readonly #plan: Plan
  readonly #targets: PathPart[][]

  constructor(plan: Plan, until: readonly string[]) {
    this.#plan = plan
    this.#targets = until.map(parseRunPath)
  }

  /** Whether the step of a run path is one of them, in one, around one, or comes before one. */
  needs(path: string): boolean {
    const parts = parseRunPath(path)
    return this.#targets.some((target) => isNeeded(this.#plan.root, target, parts))
  }

  /** Whether the loop of a run path has to take another turn after this one. */
  needsTurnAfter(path: string, turn: number): boolean {
    const parts = parseRunPath(path)
    return this.#targets.some((target) => {
      const inside = target.length > parts.length && parts.every(({ id }, level) => target[level]!.id === id)
      return !inside || turn < (target[parts.length - 1]!.index ?? 0)
    })
  }

  /** Whether something inside the container of a run path is asked for, and not the container itself. */
  endsInside(path: string): boolean {
    const parts = parseRunPath(path)
    return this.#targets.every(
      (target) => target.length > parts.length && parts.every(({ id }, level) => target[level]!.id === id),
    )
  }
}

function isNeeded(root: PlanGraph, target: readonly PathPart[], parts: readonly PathPart[]): boolean {
  let graph: PlanGraph | null = root
  for (const [level, { id, index }] of parts.entries()) {
    const wanted = target[level]
    // Inside the step that is asked for.
    if (!wanted) return true
    if (!graph) return false
    const step: PlanStep | undefined = graph.byId.get(id)
    if (!step) return false
    if (id !== wanted.id) return isBefore(graph, wanted.id, step)
    if (level === parts.length - 1) return true
    if (step.container === 'loop' && (level < target.length - 1 || wanted.index !== null)) {
      // Turns before the one that is asked for make its state.
      const turn = wanted.index ?? 0
      if (index! < turn) return true
      if (index! > turn) return false
    } else if (wanted.index !== null && index !== wanted.index) return false
    graph = step.body
  }
  return true
}

/** A try is not left without its catch and its finally. */
function isBefore(graph: PlanGraph, target: string, step: PlanStep): boolean {
  return step === graph.catchStep || step === graph.finallyStep || stepsBefore(graph, target).has(step.id)
}
