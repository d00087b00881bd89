import type { PipelineDocument, Step } from './document.ts'
import { edgesOf } from './edges.ts'

type GraphStep = Pick<Step, 'id' | 'needs'>

/** Ids of one graph, each after all it waits for; document order where free. Steps on or behind a cycle come last. */
export function topologicalOrder(steps: readonly GraphStep[]): string[] {
  const ids = [...new Set(steps.map((step) => step.id))]
  const known = new Set(ids)
  const waiting = new Map(ids.map((id) => [id, new Set<string>()]))
  const followers = new Map(ids.map((id) => [id, [] as string[]]))
  for (const edge of edgesOf(steps)) {
    if (!known.has(edge.from) || waiting.get(edge.to)?.has(edge.from)) continue
    waiting.get(edge.to)?.add(edge.from)
    followers.get(edge.from)?.push(edge.to)
  }
  const order: string[] = []
  const ready = ids.filter((id) => waiting.get(id)?.size === 0)
  for (let next = 0; next < ready.length; next += 1) {
    const id = ready[next] as string
    order.push(id)
    for (const follower of followers.get(id) ?? []) {
      const left = waiting.get(follower)
      left?.delete(id)
      if (left?.size === 0) ready.push(follower)
    }
  }
  const placed = new Set(order)
  return [...order, ...ids.filter((id) => !placed.has(id))]
}

/** For each step of one graph the ids of all steps that run before it (never itself, not even on a cycle). */
export function upstreamSets(steps: readonly GraphStep[]): Map<string, Set<string>> {
  const known = new Set(steps.map((step) => step.id))
  const direct = new Map<string, string[]>()
  for (const edge of edgesOf(steps))
    if (known.has(edge.from)) direct.set(edge.to, [...(direct.get(edge.to) ?? []), edge.from])
  const cyclic = new Set(findCycles(steps).flat())
  const result = new Map<string, Set<string>>()
  for (const id of topologicalOrder(steps)) {
    const before = new Set<string>()
    if (cyclic.size > 0) {
      // Behind a cycle the order proves nothing: walk instead of joining finished sets.
      const stack = [...(direct.get(id) ?? [])]
      for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
        if (before.has(next)) continue
        before.add(next)
        stack.push(...(direct.get(next) ?? []))
      }
      before.delete(id)
    } else {
      for (const from of direct.get(id) ?? []) {
        before.add(from)
        for (const earlier of result.get(from) ?? []) before.add(earlier)
      }
    }
    result.set(id, before)
  }
  return result
}

/** Circles of one graph, each once, as the ids along it (`[a, b]` means a -> b -> a), at most one per group of entangled steps. */
export function findCycles(steps: readonly GraphStep[]): string[][] {
  const known = new Set(steps.map((step) => step.id))
  const next = new Map<string, string[]>()
  for (const edge of edgesOf(steps))
    if (known.has(edge.from)) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to])
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[][] = []
  for (const start of known) {
    if (state.has(start)) continue
    state.set(start, 'open')
    const path = [start]
    const branches = [[...(next.get(start) ?? [])]]
    while (path.length > 0) {
      const follower = branches.at(-1)?.shift()
      if (follower === undefined) {
        state.set(path.pop() as string, 'done')
        branches.pop()
      } else if (state.get(follower) === 'open') {
        cycles.push(path.slice(path.indexOf(follower)))
      } else if (!state.has(follower)) {
        state.set(follower, 'open')
        path.push(follower)
        branches.push([...(next.get(follower) ?? [])])
      }
    }
  }
  return cycles
}

/** A step with where it stands: `path` such as `each.mood`, the steps of its graph, and its container's path. */
export interface PlacedStep {
  step: Step
  path: string
  siblings: readonly Step[]
  container: PlacedStep | null
}

/** Every step of the document, containers before their bodies. */
export function* walkSteps(steps: readonly Step[], container: PlacedStep | null = null): Generator<PlacedStep> {
  for (const step of steps) {
    const placed = { step, path: container ? `${container.path}.${step.id}` : step.id, siblings: steps, container }
    yield placed
    if (step.steps) yield* walkSteps(step.steps, placed)
  }
}

/** The step at a path such as `each.mood`, or undefined. */
export function findStep(document: Pick<PipelineDocument, 'steps'>, path: string): Step | undefined {
  let steps: readonly Step[] | undefined = document.steps
  let found: Step | undefined
  for (const id of path.split('.')) {
    found = steps?.find((step) => step.id === id)
    steps = found?.steps
  }
  return found
}
