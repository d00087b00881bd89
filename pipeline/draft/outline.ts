import { type EdgeRecord, splitNeed, type StepContent } from './draft-shape.ts'

/** An edge between two steps of one graph; `port` is as written, null for a bare step id. */
export interface DraftEdge {
  key: string
  from: string
  port: string | null
  to: string
}

/** What follows from all steps together: who is in which graph, paths and edges, by step key. */
export interface DraftOutline {
  /** Step keys of each graph in document order; the root graph under null. */
  children: ReadonlyMap<string | null, readonly string[]>
  parentOf: ReadonlyMap<string, string | null>
  pathOf: ReadonlyMap<string, string>
  /** The `needs` of each step that has any. */
  needsOf: ReadonlyMap<string, readonly string[]>
  edges: readonly DraftEdge[]
}

/**
 * Puts stored steps and edges together. Whatever two people did at once, the result is consistent: steps whose
 * container is gone are left out, containers moved into each other are taken apart, edges that lost an end or whose
 * ends are no longer in one graph are left out.
 */
export function outlineOf(
  contents: ReadonlyMap<string, StepContent>,
  records: Iterable<readonly [string, EdgeRecord]>,
): DraftOutline {
  const parents = new Map<string, string | null>()
  for (const key of contents.keys()) parents.set(key, parentOf(key, contents))

  const children = new Map<string | null, string[]>([[null, []]])
  for (const [key, parent] of parents) {
    const list = children.get(parent)
    if (list) list.push(key)
    else children.set(parent, [key])
  }
  const position = (key: string): string => contents.get(key)!.order
  for (const list of children.values()) {
    list.sort((left, right) => compare(position(left), position(right)) || compare(left, right))
  }

  const pathOf = new Map<string, string>()
  const reachable = new Map<string, string | null>()
  const visit = (parent: string | null, prefix: string): void => {
    for (const key of children.get(parent) ?? []) {
      const path = prefix + contents.get(key)!.step.id
      pathOf.set(key, path)
      reachable.set(key, parent)
      visit(key, `${path}.`)
    }
  }
  visit(null, '')
  for (const parent of [...children.keys()]) if (parent !== null && !reachable.has(parent)) children.delete(parent)

  const { needsOf, edges } = resolveEdges(contents, records, children, reachable)
  return { children, parentOf: reachable, pathOf, needsOf, edges }
}

function parentOf(key: string, contents: ReadonlyMap<string, StepContent>): string | null {
  const parent = contents.get(key)!.parent
  if (parent === null) return null
  const circle: string[] = [key]
  let walked: string | null = parent
  const seen = new Set<string>()
  while (walked !== null && walked !== key && !seen.has(walked)) {
    seen.add(walked)
    circle.push(walked)
    walked = contents.get(walked)?.parent ?? null
  }
  // Two containers moved into each other: the first by key comes back to the root graph, for everybody alike.
  return walked === key && circle.every((other) => key <= other) ? null : parent
}

function resolveEdges(
  contents: ReadonlyMap<string, StepContent>,
  records: Iterable<readonly [string, EdgeRecord]>,
  children: ReadonlyMap<string | null, readonly string[]>,
  parents: ReadonlyMap<string, string | null>,
): { needsOf: Map<string, string[]>; edges: DraftEdge[] } {
  const byStep = new Map<string, [string, EdgeRecord][]>()
  for (const [key, record] of records) {
    if (!parents.has(record.to)) continue
    if ('from' in record && parents.get(record.from) !== parents.get(record.to)) continue
    const list = byStep.get(record.to)
    if (list) list.push([key, record])
    else byStep.set(record.to, [[key, record]])
  }
  const needsOf = new Map<string, string[]>()
  const edges: DraftEdge[] = []
  for (const graph of children.values()) {
    const firstById = new Map<string, string>()
    for (const key of graph) {
      const id = contents.get(key)!.step.id
      if (!firstById.has(id)) firstById.set(id, key)
    }
    for (const to of graph) {
      const list = byStep.get(to)
      if (!list) continue
      list.sort((left, right) => compare(left[1].order, right[1].order) || compare(left[0], right[0]))
      const needs: string[] = []
      for (const [key, record] of list) {
        if ('from' in record) {
          const { id } = contents.get(record.from)!.step
          needs.push(record.port === null ? id : `${id}.${record.port}`)
          edges.push({ key, from: record.from, port: record.port, to })
        } else {
          needs.push(record.raw)
          const { id, port } = splitNeed(record.raw)
          const from = firstById.get(id)
          if (from !== undefined) edges.push({ key, from, port, to })
        }
      }
      needsOf.set(to, needs)
    }
  }
  return { needsOf, edges }
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)
