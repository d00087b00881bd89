import { Graph, layout as runDagre } from '@dagrejs/dagre'

/** Canvas pixels. */
export const gridSize = 16
export const cardWidth = 240
/** Of a card whose real height is not known yet: header and two quiet lines. */
export const cardHeight = 80
/** The most that a preview of its output adds to a card. */
export const outputHeight = 112
/** Between a card and the one behind it. */
export const columnGap = 48
/** Between a card with its output and the one below it: enough for an edge to pass. */
export const rowGap = 32
/** Room in a container around its body; the top leaves space for its header. */
export const framePadding = { left: 32, top: 64, right: 32, bottom: 32 }
export const emptyFrame = { width: 304, height: 192 }

export interface Place {
  x: number
  y: number
}
export interface Size {
  width: number
  height: number
}

/** Rounds to the grid. */
export const snap = (value: number): number => Math.round(value / gridSize) * gridSize

/**
 * Room a card needs at all times: its output appears when it has run, and must not cover the card below.
 * `ports` is how many outputs are listed on it, `measured` its size on the screen, with or without an output.
 */
export function roomOf(ports: number, measured?: Size): Size {
  const withOutput = cardHeight + (ports > 1 ? ports * 20 + 8 : 0) + outputHeight
  return { width: cardWidth, height: Math.max(measured?.height ?? 0, withOutput) }
}

/** Room a container needs for a body that reaches so far. */
export function frameSizeFor(body: readonly (Place & Size)[]): Size {
  const right = Math.max(0, ...body.map((box) => box.x + box.width))
  const bottom = Math.max(0, ...body.map((box) => box.y + box.height))
  return {
    width: Math.max(emptyFrame.width, right + framePadding.right),
    height: Math.max(emptyFrame.height, bottom + framePadding.bottom),
  }
}

/** Places one graph from left to right, starting at 0,0, on the grid. */
export function layoutGraph(
  keys: readonly string[],
  edges: readonly { from: string; to: string }[],
  sizeOf: (key: string) => Size,
): Map<string, Place> {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: rowGap, ranksep: columnGap, edgesep: 16, ranker: 'tight-tree' })
  graph.setDefaultEdgeLabel(() => ({}))
  if (keys.length === 0) return new Map()
  const known = new Set(keys)
  for (const key of keys) graph.setNode(key, { ...sizeOf(key) })
  for (const { from, to } of edges) if (known.has(from) && known.has(to) && from !== to) graph.setEdge(from, to)
  runDagre(graph)
  const boxes = keys.map((key) => {
    const node = graph.node(key) as Place & Size
    return { key, x: node.x - node.width / 2, y: node.y - node.height / 2 }
  })
  straighten(boxes, edges, sizeOf)
  const left = Math.min(...boxes.map((box) => box.x))
  const top = Math.min(...boxes.map((box) => box.y))
  return new Map(boxes.map((box) => [box.key, { x: snap(box.x - left), y: snap(box.y - top) }]))
}

/**
 * Ports are at a card's top, dagre centres cards: in a plain chain a taller card would bend its edges. Such cards move
 * to the height of the one before, where nothing is in the way.
 */
function straighten(
  boxes: ({ key: string } & Place)[],
  edges: readonly { from: string; to: string }[],
  sizeOf: (key: string) => Size,
): void {
  const byKey = new Map(boxes.map((box) => [box.key, box]))
  const inside = edges.filter(({ from, to }) => byKey.has(from) && byKey.has(to))
  const isFree = (moved: { key: string } & Place, y: number): boolean => {
    const size = sizeOf(moved.key)
    return boxes.every((other) => {
      if (other === moved) return true
      const { width, height } = sizeOf(other.key)
      return (
        other.x >= moved.x + size.width ||
        moved.x >= other.x + width ||
        other.y >= y + size.height + gridSize ||
        y >= other.y + height + gridSize
      )
    })
  }
  for (const box of boxes.toSorted((before, after) => before.x - after.x)) {
    const into = inside.filter(({ to }) => to === box.key)
    if (into.length !== 1) continue
    const before = byKey.get(into[0]!.from)!
    const alone = inside.filter(({ from }) => from === before.key).length === 1
    if (alone && isFree(box, before.y)) box.y = before.y
  }
}
