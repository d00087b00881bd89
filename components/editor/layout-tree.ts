import { emptyFrame, framePadding, gridSize, layoutGraph, type Place, roomOf, type Size } from './auto-layout.ts'
import { frameWithLanes, isLane } from './lanes.ts'

/** The steps to place: a tree of graphs with their edges, by step key. */
export interface StepTree {
  childrenOf(parent: string | null): readonly string[]
  isContainer(key: string): boolean
  /** Step type; lanes (catch, finally) lie below the body of their container. */
  typeOf(key: string): string
  edges: readonly { from: string; to: string }[]
  /** Room that cards need where it is known (see `roomOf`); containers are measured by their bodies. */
  sizeOf?(key: string): Size | undefined
}

/** Places all steps under `root` (null for the whole pipeline), bodies first, containers sized to fit them. */
export function layoutTree(tree: StepTree, root: string | null = null): Map<string, Place & Partial<Size>> {
  const places = new Map<string, Place & Partial<Size>>()
  const placeGraph = (parent: string | null): Size => {
    const all = tree.childrenOf(parent)
    const sizes = new Map<string, Size>()
    for (const key of all) {
      sizes.set(key, tree.isContainer(key) ? placeGraph(key) : (tree.sizeOf?.(key) ?? roomOf(1)))
    }
    if (all.length === 0) return emptyFrame
    const keys = all.filter((key) => !isLane(tree.typeOf(key)))
    const offset = parent === null ? { x: 0, y: 0 } : { x: framePadding.left, y: framePadding.top }
    const graph = layoutGraph(keys, tree.edges, (key) => sizes.get(key)!)
    const boxes = keys.map((key) => {
      const place = graph.get(key)!
      const box = { x: place.x + offset.x, y: place.y + offset.y, ...sizes.get(key)! }
      places.set(key, tree.isContainer(key) ? box : { x: box.x, y: box.y })
      return box
    })
    const lanes = all
      .filter((key) => isLane(tree.typeOf(key)))
      .map((key) => ({ key, type: tree.typeOf(key), size: sizes.get(key)! }))
    const frame = frameWithLanes(boxes, lanes)
    for (const [key, place] of frame.lanes) places.set(key, place)
    const { width, height } = frame.size
    return { width: Math.ceil(width / gridSize) * gridSize, height: Math.ceil(height / gridSize) * gridSize }
  }
  placeGraph(root)
  return places
}
