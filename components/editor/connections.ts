import { edgeKey, edgesMap, orderBetween } from '#pipeline/draft/draft.ts'
import { inputPortsOf, outputPortsOf } from '#pipeline/ports.ts'
import {
  chainOf,
  deleteEdges,
  type EditContext,
  type EditResult,
  manifestOf,
  nameOf,
  stepMapOf,
} from './edit-context.ts'
import type { EditorState } from './editor-state.ts'
import { isLane } from './lanes.ts'

export interface Connection {
  from: string
  /** Output port, `out` unless the step type has others. */
  port: string
  to: string
}

/** Why an edge may not be drawn, in words for people; null when it may. */
export function connectionProblem(state: EditorState, { from, port, to }: Connection): string | null {
  const source = state.steps[from]
  const target = state.steps[to]
  if (!source || !target) return 'One of the two steps is gone.'
  if (from === to) return 'A step cannot wait for itself.'
  if (source.parentKey !== target.parentKey) {
    if (chainOf(state, to).some((view) => view.key === from)) {
      return `Steps inside “${nameOf(state, from)}” read its items by name; they need no edge to it.`
    }
    if (chainOf(state, from).some((view) => view.key === to)) {
      return `“${nameOf(state, from)}” is inside “${nameOf(state, to)}”: its results come out of the container.`
    }
    const container = source.parentKey ?? target.parentKey!
    return `Edges do not cross the border of “${nameOf(state, container)}”.`
  }
  for (const key of [from, to]) {
    const kind = manifestOf(state, key)?.container?.kind
    if (kind === 'catch')
      return `“${nameOf(state, key)}” runs by itself when a step of the try fails; no edge leads to it.`
    if (kind === 'finally') return `“${nameOf(state, key)}” runs by itself at the end of the try; no edge leads to it.`
  }
  const manifest = manifestOf(state, from)
  if (manifest && !outputPortsOf(manifest, source.step).some(({ name }) => name === port)) {
    return `“${nameOf(state, from)}” has no output called “${port}”.`
  }
  const targetManifest = manifestOf(state, to)
  if (targetManifest && inputPortsOf(targetManifest).length === 0) return `“${nameOf(state, to)}” takes no input.`
  for (const edge of Object.values(state.edges)) {
    if (edge.from === from && edge.to === to && edge.port === port) return 'These two are connected already.'
  }
  const circle = pathBetween(state, to, from)
  if (circle) {
    const names = [from, ...circle].map((key) => nameOf(state, key))
    return `That would be a circle: ${names.join(' → ')}.`
  }
  return null
}

/** Keys along the shortest way from one step to another over edges, both included; null when there is none. */
export function pathBetween(state: EditorState, from: string, to: string): string[] | null {
  const followers = new Map<string, string[]>()
  for (const edge of Object.values(state.edges)) {
    followers.set(edge.from, [...(followers.get(edge.from) ?? []), edge.to])
  }
  const cameFrom = new Map<string, string | null>([[from, null]])
  const queue = [from]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (next === to) {
      const path: string[] = []
      for (let key: string | null = to; key !== null; key = cameFrom.get(key) ?? null) path.unshift(key)
      return path
    }
    for (const follower of followers.get(next) ?? []) {
      if (cameFrom.has(follower)) continue
      cameFrom.set(follower, next)
      queue.push(follower)
    }
  }
  return null
}

/** Stores an edge without asking whether it is allowed; behind the edges the step already has. Inside `edit` only. */
export function writeEdge(context: EditContext, { from, port, to }: Connection): void {
  const map = edgesMap(context.doc)
  const written = port === 'out' ? null : port
  let last: string | null = null
  for (const record of map.values()) if (record.to === to && (last === null || record.order > last)) last = record.order
  map.set(edgeKey(from, written, to), { from, port: written, to, order: orderBetween(last, null) })
  // The mark of an explicitly empty `needs` is outlived by the first edge.
  const target = stepMapOf(context, to)
  if (target?.has('$needs')) target.delete('$needs')
}

/** Draws an edge if the rules allow it. */
export function connect(context: EditContext, connection: Connection): EditResult {
  const reason = connectionProblem(context.store.getState(), connection)
  if (reason !== null) return { ok: false, reason }
  context.edit(() => writeEdge(context, connection))
  return { ok: true }
}

/** Deletes edges by key. */
export function disconnect(context: EditContext, keys: readonly string[]): void {
  const chosen = new Set(keys)
  context.edit(() => deleteEdges(context, (_record, key) => chosen.has(key)))
}

/** All steps that come before (or after) a step over edges, the step itself not among them. */
export function reachable(state: EditorState, key: string, direction: 'before' | 'after'): Set<string> {
  const next = new Map<string, string[]>()
  for (const edge of Object.values(state.edges)) {
    const [at, other] = direction === 'after' ? [edge.from, edge.to] : [edge.to, edge.from]
    const list = next.get(at)
    if (list) list.push(other)
    else next.set(at, [other])
  }
  const found = new Set<string>()
  const stack = [key]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const other of next.get(at) ?? []) {
      if (found.has(other) || other === key) continue
      found.add(other)
      stack.push(other)
    }
  }
  return found
}

/** The steps an expression of this step may name: those before it, and those an edge could put before it. */
export function readableSteps(state: EditorState, key: string): { key: string; upstream: boolean }[] {
  const readable: { key: string; upstream: boolean }[] = []
  for (const anchor of chainOf(state, key)) {
    if (isLane(anchor.step.type)) continue
    const before = reachable(state, anchor.key, 'before')
    const after = reachable(state, anchor.key, 'after')
    for (const other of state.stepKeys) {
      if (state.steps[other]!.parentKey !== anchor.parentKey || other === anchor.key || after.has(other)) continue
      if (isLane(state.steps[other]!.step.type)) continue
      readable.push({ key: other, upstream: before.has(other) })
    }
  }
  return readable
}

/** Makes sure that a step runs after the one its expression reads, drawing an edge between the right two if needed. */
export function addReference(context: EditContext, key: string, fromKey: string): EditResult {
  const state = context.store.getState()
  const source = state.steps[fromKey]
  const anchor = chainOf(state, key).find((view) => view.parentKey === source?.parentKey)
  if (!source || !anchor) {
    return {
      ok: false,
      reason: `“${nameOf(state, fromKey)}” is inside a container: read the container's output instead.`,
    }
  }
  if (anchor.key === fromKey || pathBetween(state, fromKey, anchor.key)) return { ok: true }
  const manifest = manifestOf(state, fromKey)
  const port = outputPortsOf(manifest, source.step).find(({ name }) => name !== 'error')?.name ?? 'out'
  return connect(context, { from: fromKey, port, to: anchor.key })
}
