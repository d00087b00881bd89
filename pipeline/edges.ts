import type { Step } from './document.ts'

/** An edge between two steps of one graph; `index` is its place in the target's `needs`. */
export interface Edge {
  from: string
  port: string
  to: string
  index: number
}

/** Reads an entry of `needs`: `load` leaves by port `out`, `check.true` by port `true`. Step ids have no dots. */
export function parseNeed(need: string): { step: string; port: string } {
  const dot = need.indexOf('.')
  return dot < 0 ? { step: need, port: 'out' } : { step: need.slice(0, dot), port: need.slice(dot + 1) }
}

/** The shortest entry of `needs` for an edge; inverse of parseNeed. */
export function formatNeed(step: string, port = 'out'): string {
  return port === 'out' ? step : `${step}.${port}`
}

/** All edges of one graph in document order, edges from unknown steps included. Bodies of containers are graphs of their own. */
export function edgesOf(steps: readonly Pick<Step, 'id' | 'needs'>[]): Edge[] {
  return steps.flatMap((step) =>
    (step.needs ?? []).map((need, index) => {
      const { step: from, port } = parseNeed(need)
      return { from, port, to: step.id, index }
    }),
  )
}
