import type { Plan, PlanGraph, PlanStep } from '../core/core.ts'
import { stepsAfter } from './graph-ways.ts'
import { parseRunPath } from './run-path.ts'

/**
 * Where a step stands towards what is to be carried out again. `again`: it is, with everything inside it; `open`: a container
 * with such a step in it, which is entered again while the rest of its inside keeps; `free`: it keeps.
 */
export type Standing = 'again' | 'open' | 'free'

/** Marks in one graph instance (or, from a document path, in all of them). */
interface Level {
  /** The whole body run is carried out again. */
  whole: boolean
  marks: Map<string, Mark>
  /** Ids of the steps after any marked one; worked out when first asked for. */
  after: ReadonlySet<string> | null
}

interface Mark {
  /** The step itself is carried out again. */
  whole: boolean
  /** Marks inside single items or turns, and inside all of them. */
  items: Map<number, Level>
  all: Level | null
  /** Of a loop: the first turn with a mark in it; those after it follow from it. */
  firstIndex: number
}

const createLevel = (): Level => ({ whole: false, marks: new Map(), after: null })
const createMark = (): Mark => ({ whole: false, items: new Map(), all: null, firstIndex: Infinity })

/** Which steps of a run are carried out again, given some of them: these, what comes after them in their graph, and so on outwards. */
export class Again {
  readonly #plan: Plan
  readonly #root = createLevel()

  constructor(plan: Plan) {
    this.#plan = plan
  }

  /**
   * Marks a step by its run path, in all items and turns by its document path, or a whole item or turn (`each[3]`). `open` is for
   * a container whose own settings are another matter now, but not what is inside.
   */
  mark(path: string, how: 'again' | 'open' = 'again'): void {
    const parts = parseRunPath(path)
    let level = this.#root
    for (const [position, { id, index }] of parts.entries()) {
      let mark = level.marks.get(id)
      if (!mark) {
        level.marks.set(id, (mark = createMark()))
        level.after = null
      }
      const isLast = position === parts.length - 1
      if (isLast && index === null) {
        mark.whole ||= how === 'again'
        return
      }
      mark.firstIndex = Math.min(mark.firstIndex, index ?? 0)
      level = innerLevel(mark, index)
      if (isLast) level.whole = true
    }
  }

  /** Where the step of a run path stands; one that the plan does not have is carried out again. */
  standing(path: string): Standing {
    const parts = parseRunPath(path)
    let levels: Level[] = [this.#root]
    let graph: PlanGraph | null = this.#plan.root
    for (const [position, { id, index }] of parts.entries()) {
      const step: PlanStep | undefined = graph?.byId.get(id)
      if (!step) return 'again'
      const inner: Level[] = []
      let isOpen = false
      for (const level of levels) {
        if (level.whole || afterMarks(level, step.graph).has(id)) return 'again'
        const mark = level.marks.get(id)
        if (!mark) continue
        if (mark.whole) return 'again'
        if (step.container === 'loop' && index !== null && index > mark.firstIndex) return 'again'
        isOpen = true
        if (mark.all) inner.push(mark.all)
        const item = index === null ? undefined : mark.items.get(index)
        if (item) inner.push(item)
      }
      if (position === parts.length - 1) return isOpen ? 'open' : 'free'
      if (inner.length === 0) return 'free'
      levels = inner
      graph = step.body
    }
    return 'free'
  }
}

function innerLevel(mark: Mark, index: number | null): Level {
  if (index === null) return (mark.all ??= createLevel())
  let level = mark.items.get(index)
  if (!level) mark.items.set(index, (level = createLevel()))
  return level
}

function afterMarks(level: Level, graph: PlanGraph): ReadonlySet<string> {
  if (level.after) return level.after
  const after = new Set<string>()
  for (const id of level.marks.keys()) for (const later of stepsAfter(graph, id)) after.add(later)
  level.after = after
  return after
}
