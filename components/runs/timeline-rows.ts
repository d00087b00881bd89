import type { RunView, StepView } from '#pipeline/run-view.ts'

/** One row of the waterfall. */
export interface TimelineRow {
  kind: 'step'
  path: string
  step: StepView
  depth: number
  /** `[3]` for a step in an item of a map. */
  item: string | null
  /** Has steps of its own below it. */
  expandable: boolean
  expanded: boolean
}

/** Below the items of a container that are at hand: there are more of them. */
export interface MoreRow {
  kind: 'more'
  path: string
  depth: number
  /** Items that are not at hand, and the first of them. */
  missing: number
  from: number
}

/** `each[3].mood` -> `each`; a top-level path has none. */
function containerOf(path: string): string | null {
  const dot = path.lastIndexOf('.')
  if (dot < 0) return null
  return path.slice(0, dot).replace(/\[\d+\]$/, '')
}

const itemOf = (path: string): string | null => /(\[\d+\])\.[^.]*$/.exec(path)?.[1] ?? null

const orderOf = (step: StepView): number => step.startedAt ?? step.finishedAt ?? Number.POSITIVE_INFINITY

/** Steps that never started have no time: two of them compare as equal and keep their order. */
const compare = (left: number, right: number): number => (left === right ? 0 : left - right)

/** The first item of a container of which no step is at hand. */
function firstMissing(steps: readonly StepView[], container: string): number {
  const known = new Set(steps.map((step) => Number(step.path.slice(container.length + 1).split(']')[0])))
  let index = 0
  while (known.has(index)) index += 1
  return index
}

/** The rows to draw: top-level steps in the order they started, with the steps of expanded containers below them. */
export function timelineRows(
  view: RunView,
  expanded: ReadonlySet<string>,
  /** Whether items of a container may not be in the view yet. */
  lacksItems: (containerRunPath: string) => boolean = () => false,
): (TimelineRow | MoreRow)[] {
  const children = new Map<string | null, StepView[]>()
  for (const step of view.steps.values()) {
    const container = containerOf(step.path)
    const siblings = children.get(container)
    if (siblings) siblings.push(step)
    else children.set(container, [step])
  }
  const rows: (TimelineRow | MoreRow)[] = []
  const add = (container: string | null, depth: number): void => {
    const steps = children.get(container) ?? []
    // Events arrive in order, so the list is nearly sorted already.
    steps.sort((left, right) => compare(orderOf(left), orderOf(right)))
    for (const step of steps) {
      const passes = step.items?.count ?? step.loop?.turns ?? 0
      const partial = passes > 0 && lacksItems(step.path)
      const expandable = children.has(step.path) || partial
      const open = expandable && expanded.has(step.path)
      rows.push({ kind: 'step', path: step.path, step, depth, item: itemOf(step.path), expandable, expanded: open })
      if (!open) continue
      add(step.path, depth + 1)
      if (!partial) continue
      const at = firstMissing(children.get(step.path) ?? [], step.path)
      if (at < passes) rows.push({ kind: 'more', path: step.path, depth: depth + 1, missing: passes - at, from: at })
    }
  }
  add(null, 0)
  return rows
}
