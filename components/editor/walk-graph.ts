import { cardHeight } from './auto-layout.ts'
import { chainOf } from './edit-context.ts'
import type { EditorState } from './editor-state.ts'

/** Where an arrow key leads from the selected step: along edges to the sides, to the nearest of its graph up and down. */
export function walkTo(state: EditorState, direction: 'left' | 'right' | 'up' | 'down'): string | null {
  const current = state.selection.steps.at(-1)
  const view = current === undefined ? undefined : state.steps[current]
  if (!view) return state.stepKeys[0] ?? null
  const nearest = (keys: readonly string[]): string | null => {
    const here = state.layouts[view.key]!
    const distance = (key: string): number => {
      const there = state.layouts[key]!
      return Math.hypot(there.x - here.x, there.y - here.y)
    }
    return keys.toSorted((left, right) => distance(left) - distance(right))[0] ?? null
  }
  const edges = Object.values(state.edges)
  if (direction === 'right') {
    const next = nearest(edges.filter((edge) => edge.from === view.key).map((edge) => edge.to))
    if (next !== null) return next
    return view.container ? (state.stepKeys.find((key) => state.steps[key]!.parentKey === view.key) ?? null) : null
  }
  if (direction === 'left') {
    const before = nearest(edges.filter((edge) => edge.to === view.key).map((edge) => edge.from))
    // The first step of a body leads out to its container.
    return before ?? chainOf(state, view.key)[1]?.key ?? null
  }
  const y = state.layouts[view.key]!.y
  const siblings = state.stepKeys.filter((key) => {
    const there = state.layouts[key]!
    if (key === view.key || state.steps[key]!.parentKey !== view.parentKey) return false
    return direction === 'down' ? there.y > y + cardHeight / 4 : there.y < y - cardHeight / 4
  })
  return nearest(siblings)
}
