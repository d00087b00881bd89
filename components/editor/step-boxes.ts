import { stepsMap } from '#pipeline/draft/draft.ts'
import type { Step } from '#pipeline/document.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import { outputPortsOf } from '#pipeline/ports.ts'
import { cardHeight, cardWidth, columnGap, emptyFrame, framePadding, roomOf, type Size, snap } from './auto-layout.ts'
import { childrenOf, type EditContext, stepMapOf, writePlace } from './edit-context.ts'
import type { EditorState } from './editor-state.ts'
import { frameWithLanes, isLane } from './lanes.ts'

/** A place that overlaps nothing: near a point, or right of a step, or right of the rightmost one. */
export function freePlace(
  context: EditContext,
  state: EditorState,
  parentKey: string | null,
  {
    behind,
    near,
    size,
  }: {
    behind: string | undefined
    near: { x: number; y: number } | undefined
    size: { width: number; height: number }
  },
): { x: number; y: number } {
  const boxes = childrenOf(state, parentKey)
    // Lanes give way to what is above them.
    .filter((key) => !isLane(state.steps[key]!.step.type))
    .map((key) => ({ key, ...roomyBoxOf(context, state, key) }))
  const anchor =
    boxes.find((box) => box.key === behind) ??
    boxes.reduce<(typeof boxes)[number] | undefined>(
      (best, box) => (!best || box.x + box.width > best.x + best.width ? box : best),
      undefined,
    )
  if (!anchor && !near) return parentKey === null ? { x: 0, y: 0 } : { x: framePadding.left, y: framePadding.top }
  const place = near ? { ...near } : { x: anchor!.x + anchor!.width + columnGap, y: anchor!.y }
  const overlaps = (): boolean =>
    boxes.some(
      (box) =>
        place.x < box.x + box.width + 16 &&
        box.x < place.x + size.width + 16 &&
        place.y < box.y + box.height + 16 &&
        box.y < place.y + size.height + 16,
    )
  while (overlaps()) place.y += 16
  return place
}

/** A step's box, relative to its container. */
export function boxOf(
  context: EditContext,
  state: EditorState,
  key: string,
): { x: number; y: number; width: number; height: number } {
  const layout = state.layouts[key] ?? { x: 0, y: 0 }
  const measured = context.measure(key)
  return {
    x: layout.x,
    y: layout.y,
    width: measured?.width ?? layout.width ?? cardWidth,
    height: measured?.height ?? layout.height ?? cardHeight,
  }
}

/** How many of a step's outputs take room on its card: the stream of items has its port beside the usual one. */
export const portRows = (manifest: StepManifest | undefined, step: Step): number =>
  outputPortsOf(manifest, step).filter((port) => port.name !== 'stream').length

/** Room for a step with its output; undefined for containers, whose bodies say how large they are. */
export function roomFor(context: EditContext, state: EditorState, key: string): Size | undefined {
  const { step, container } = state.steps[key]!
  if (container) return undefined
  return roomOf(portRows(state.manifests.get(step.type), step), context.measure(key))
}

/** A step's box as large as it can become with an output, relative to its container. */
export function roomyBoxOf(context: EditContext, state: EditorState, key: string): ReturnType<typeof boxOf> {
  const box = boxOf(context, state, key)
  return { ...box, height: Math.max(box.height, roomFor(context, state, key)?.height ?? 0) }
}

/** Makes the containers around a graph large enough for what is in them. */
export function growToFit(context: EditContext, parentKey: string | null): void {
  for (let key = parentKey; key !== null;) {
    const state = context.store.getState()
    const stored = (child: string): { x: number; y: number; width?: number; height?: number } =>
      (stepMapOf(context, child)?.get('$layout') as { x: number; y: number } | undefined) ?? { x: 0, y: 0 }
    // A step that was added in this change is not in the state yet.
    const grownBox = (child: string): ReturnType<typeof boxOf> =>
      state.steps[child] ? roomyBoxOf(context, state, child) : { x: 0, y: 0, ...roomOf(1) }
    const children = [...stepsMap(context.doc).entries()].filter(([, map]) => map.get('$parent') === key)
    const body = children.filter(([, map]) => !isLane(String(map.get('type'))))
    const lanes = children
      .filter(([, map]) => isLane(String(map.get('type'))))
      .map(([child, map]) => {
        const { width = emptyFrame.width, height = emptyFrame.height } = stored(child)
        return { key: child, type: String(map.get('type')), size: { width, height } }
      })
    const need = frameWithLanes(
      body.map(([child]) => ({ ...grownBox(child), ...stored(child) })),
      lanes,
    ).size
    const layout = stored(key)
    const width = Math.max(layout.width ?? 0, need.width)
    const height = Math.max(layout.height ?? 0, need.height)
    if (width !== layout.width || height !== layout.height) {
      writePlace(context, key, { width: snap(width), height: snap(height) })
    }
    key = (stepMapOf(context, key)?.get('$parent') as string | undefined) ?? null
  }
}
