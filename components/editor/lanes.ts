import { emptyFrame, framePadding, frameSizeFor, gridSize, type Place, type Size } from './auto-layout.ts'

/** The handlers of a try: sections below its body rather than steps among the others, in this order. */
const laneTypes: readonly string[] = ['flow.catch', 'flow.finally']

/** Whether steps of this type lie below the body of the container they are in. */
export const isLane = (type: string): boolean => laneTypes.includes(type)

/** Where a lane stands among the lanes of its container. */
export const laneOrder = (type: string): number => laneTypes.indexOf(type)

/** Room for the body above the lanes while there is nothing in it. */
const emptyBodyHeight = 96
const laneGap = 16

export interface LaneBox {
  key: string
  type: string
  size: Size
}

/**
 * A container with lanes: how large it is, and where its lanes are: as wide as the container, one below the other, under
 * what is in its body. Without lanes it is as large as its body needs.
 */
export function frameWithLanes(
  body: readonly (Place & Size)[],
  lanes: readonly LaneBox[],
  atLeast: Size = emptyFrame,
): { size: Size; lanes: Map<string, Place & Size> } {
  const need = frameSizeFor(body)
  if (lanes.length === 0) {
    return {
      size: { width: Math.max(atLeast.width, need.width), height: Math.max(atLeast.height, need.height) },
      lanes: new Map(),
    }
  }
  const widest = Math.max(...lanes.map(({ size }) => size.width))
  const width = Math.max(atLeast.width, need.width, widest + 2 * laneGap)
  const bodyBottom = Math.max(framePadding.top + emptyBodyHeight, ...body.map((box) => box.y + box.height + laneGap))
  let y = Math.ceil(bodyBottom / gridSize) * gridSize
  const places = new Map<string, Place & Size>()
  for (const lane of lanes.toSorted((left, right) => laneOrder(left.type) - laneOrder(right.type))) {
    places.set(lane.key, { x: laneGap, y, width: width - 2 * laneGap, height: lane.size.height })
    y += lane.size.height + laneGap
  }
  return { size: { width, height: y }, lanes: places }
}
