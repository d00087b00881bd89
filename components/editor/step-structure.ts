import type { JsonValue, Step } from '#pipeline/document.ts'
import { edgesMap, newStepKey, orderBetween, stepsMap, writeStepContent } from '#pipeline/draft/draft.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import { inputPortsOf, outputPortsOf } from '#pipeline/ports.ts'
import * as Y from 'yjs'
import { cardWidth, columnGap, emptyFrame, framePadding, roomOf, snap } from './auto-layout.ts'
import { boxOf, freePlace, growToFit, portRows, roomFor } from './step-boxes.ts'
import { type Connection, writeEdge } from './connections.ts'
import {
  chainOf,
  childrenOf,
  deleteEdges,
  type EditContext,
  type EditResult,
  keepPlaces,
  outermost,
  stepMapOf,
  takenIds,
  withBodies,
  writePlace,
} from './edit-context.ts'
import type { EditorState } from './editor-state.ts'
import { isLane } from './lanes.ts'
import { layoutTree } from './layout-tree.ts'
import { placementProblem } from './placement.ts'
import { baseIdOf, uniqueId } from './step-names.ts'

export interface NewStep {
  type: string
  /** Canvas pixels, relative to the container; behind what it is connected from, or the last step, when absent. */
  position?: { x: number; y: number }
  parentKey?: string | null
  connectFrom?: { key: string; port?: string }
  connectTo?: { key: string }
  id?: string
  name?: string
  with?: Record<string, JsonValue>
}

/** Adds a step (a container with an empty body), connects it if asked, and selects it. Returns its key. */
export function addStep(context: EditContext, options: NewStep): string {
  const state = context.store.getState()
  const manifest = state.manifests.get(options.type)
  const anchor = options.connectFrom?.key ?? options.connectTo?.key
  const parentKey = options.parentKey ?? (anchor ? (state.steps[anchor]?.parentKey ?? null) : null)
  const key = newStepKey()
  const step: Step = {
    id: uniqueId(options.id ?? baseIdOf(options.type), takenIds(state)),
    type: options.type,
    ...(options.name ? { name: options.name } : {}),
    ...(options.with ? { with: options.with } : {}),
    ...(hasBody(manifest) ? { steps: [] } : {}),
  }
  const place = freePlace(context, state, parentKey, {
    behind: options.connectFrom?.key,
    near: options.position,
    size: hasBody(manifest) ? emptyFrame : roomOf(portRows(manifest, step)),
  })
  context.edit(() => {
    keepPlaces(context)
    writeStep(context, key, parentKey, step)
    writePlace(context, key, { x: snap(place.x), y: snap(place.y), ...(hasBody(manifest) ? emptyFrame : {}) })
    // A try is of no use without saying what happens when it fails.
    if (manifest?.container?.kind === 'body') addHandlers(context, key, ['flow.catch'])
    for (const connection of connectionsFor(state, key, options)) writeEdge(context, connection)
    growToFit(context, parentKey)
  })
  context.store.setState({ selection: { steps: [key], edges: [] } })
  return key

  function connectionsFor(before: EditorState, added: string, { connectFrom, connectTo }: NewStep): Connection[] {
    const connections: Connection[] = []
    if (connectFrom && (!manifest || inputPortsOf(manifest).length > 0)) {
      connections.push({ from: connectFrom.key, port: connectFrom.port ?? 'out', to: added })
    }
    const port = outputPortsOf(manifest, step)[0]?.name
    if (connectTo && port && before.steps[connectTo.key]) {
      connections.push({ from: added, port, to: connectTo.key })
    }
    return connections
  }
}

/** A called pipeline has its steps elsewhere. */
const hasBody = (manifest: StepManifest | undefined): boolean =>
  manifest?.container !== undefined && manifest.container !== null && manifest.container.kind !== 'call'

/** Gives a try the handlers of these types. Inside `edit` only. */
function addHandlers(context: EditContext, tryKey: string, types: readonly string[]): void {
  const state = context.store.getState()
  const taken = takenIds(state)
  for (const type of types) {
    if (!state.manifests.has(type)) continue
    const key = newStepKey()
    writeStep(context, key, tryKey, { id: uniqueId(baseIdOf(type), taken), type, steps: [] })
    writePlace(context, key, { x: 16, y: framePadding.top, ...emptyFrame })
  }
}

/** Stores a new step at the end of its graph. Inside `edit` only. */
export function writeStep(context: EditContext, key: string, parentKey: string | null, step: Step): void {
  const map = stepsMap(context.doc)
  const order = orderAtEnd(context, parentKey, step.type)
  map.set(key, new Y.Map())
  writeStepContent(map.get(key)!, parentKey, order, step)
}

/** The order of a step at the end of its graph; the handlers of a try come after all that may fail. */
function orderAtEnd(context: EditContext, parentKey: string | null, type: string): string {
  let last: string | null = null
  let firstLane: string | null = null
  for (const map of stepsMap(context.doc).values()) {
    if (((map.get('$parent') as string | undefined) ?? null) !== parentKey) continue
    const order = map.get('$order') as string
    if (!isLane(type) && isLane(String(map.get('type')))) {
      if (firstLane === null || order < firstLane) firstLane = order
    } else if (last === null || order > last) last = order
  }
  // In a document written by hand a handler may stand before other steps.
  return orderBetween(last, firstLane !== null && (last === null || last < firstLane) ? firstLane : null)
}

/** Deletes steps with their bodies and edges; what is read past a deleted step is connected on when it is alone in a chain. */
export function removeSteps(context: EditContext, keys: readonly string[]): void {
  const state = context.store.getState()
  const gone = new Set(withBodies(state, keys))
  if (gone.size === 0) return
  const bridges = bridgesOver(state, outermost(state, keys))
  context.edit(() => {
    keepPlaces(context)
    for (const key of gone) stepsMap(context.doc).delete(key)
    deleteEdges(context, (record) => gone.has(record.to) || ('from' in record && gone.has(record.from)))
    for (const bridge of bridges) writeEdge(context, bridge)
  })
}

/** Taking one step out of a chain closes the chain again. */
function bridgesOver(state: EditorState, keys: readonly string[]): Connection[] {
  if (keys.length !== 1) return []
  const edges = Object.values(state.edges)
  const before = edges.filter((edge) => edge.to === keys[0])
  const after = edges.filter((edge) => edge.from === keys[0])
  if (before.length !== 1 || after.length !== 1 || after[0]!.port !== 'out') return []
  const bridge = { from: before[0]!.from, port: before[0]!.port, to: after[0]!.to }
  const known = edges.some((edge) => edge.from === bridge.from && edge.to === bridge.to && edge.port === bridge.port)
  return known ? [] : [bridge]
}

/** Puts a new step in the middle of an edge, making room for it. Returns its key. */
export function insertOnEdge(context: EditContext, edgeKey: string, type: string): string | null {
  const state = context.store.getState()
  const edge = state.edges[edgeKey]
  const manifest = state.manifests.get(type)
  if (!edge || (manifest && inputPortsOf(manifest).length === 0)) return null
  const from = boxOf(context, state, edge.from)
  const to = boxOf(context, state, edge.to)
  const width = hasBody(manifest) ? emptyFrame.width : cardWidth
  const position = { x: from.x + from.width + columnGap, y: snap((from.y + to.y) / 2) }
  const room = position.x + width + columnGap - to.x
  let key = ''
  context.edit(() => {
    keepPlaces(context)
    if (room > 0) shiftRight(context, edge.to, room)
    edgesMap(context.doc).delete(edgeKey)
    key = addStep(context, {
      type,
      parentKey: state.steps[edge.from]!.parentKey,
      connectFrom: { key: edge.from, port: edge.port },
      connectTo: { key: edge.to },
    })
    writePlace(context, key, { x: snap(position.x), y: position.y })
  })
  return key
}

/** Moves a step and all behind it to the right. */
function shiftRight(context: EditContext, key: string, distance: number): void {
  const state = context.store.getState()
  const moved = new Set([key])
  const queue = [key]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const edge of Object.values(state.edges)) {
      if (edge.from !== next || moved.has(edge.to)) continue
      moved.add(edge.to)
      queue.push(edge.to)
    }
  }
  for (const step of moved) writePlace(context, step, { x: snap((state.layouts[step]?.x ?? 0) + distance) })
}

/** Stores new places after a drag, as one undo step. */
export function moveSteps(context: EditContext, places: Readonly<Record<string, { x: number; y: number }>>): void {
  context.edit(() => {
    keepPlaces(context)
    writePlaces(context, places)
    const { steps } = context.store.getState()
    for (const parentKey of new Set(Object.keys(places).map((key) => steps[key]?.parentKey ?? null))) {
      growToFit(context, parentKey)
    }
  })
}

/** Stores places on the grid; in a container never under its header or outside its left edge. */
function writePlaces(context: EditContext, places: Readonly<Record<string, { x: number; y: number }>>): void {
  for (const [key, { x, y }] of Object.entries(places)) {
    const inside = stepMapOf(context, key)?.has('$parent') ?? false
    writePlace(context, key, {
      x: snap(inside ? Math.max(x, framePadding.left / 2) : x),
      y: snap(inside ? Math.max(y, framePadding.top) : y),
    })
  }
}

/** Moves steps by arrow keys; presses that follow each other are one undo step. */
export function nudgeSteps(context: EditContext, keys: readonly string[], x: number, y: number): void {
  const { layouts } = context.store.getState()
  context.edit(
    () => {
      keepPlaces(context)
      for (const key of keys) {
        const layout = layouts[key]
        if (layout) writePlace(context, key, { x: snap(layout.x + x), y: snap(layout.y + y) })
      }
    },
    `nudge ${keys.join(' ')}`,
  )
}

/** Stores a container's size, and its place where the left or top edge was dragged. */
export function resizeStep(
  context: EditContext,
  key: string,
  box: { x: number; y: number; width: number; height: number },
): void {
  context.edit(() => {
    keepPlaces(context)
    writePlace(context, key, { x: snap(box.x), y: snap(box.y), width: snap(box.width), height: snap(box.height) })
  })
}

/**
 * Moves steps into a container (or out to the top level with null). Edges to steps that stay behind cannot cross the
 * border and are removed. Places are relative to the new container.
 */
export function moveIntoContainer(
  context: EditContext,
  keys: readonly string[],
  parentKey: string | null,
  places: Readonly<Record<string, { x: number; y: number }>>,
): EditResult {
  const state = context.store.getState()
  const moved = new Set(outermost(state, keys).filter((key) => state.steps[key]!.parentKey !== parentKey))
  if (parentKey !== null && chainOf(state, parentKey).some((view) => moved.has(view.key))) {
    return { ok: false, reason: 'A container cannot be put inside itself.' }
  }
  for (const key of moved) {
    const reason = placementProblem(state, state.steps[key]!.step.type, parentKey, moved)
    if (reason !== null && state.manifests.get(state.steps[key]!.step.type)?.inside !== 'repeat') {
      return { ok: false, reason }
    }
  }
  context.edit(() => {
    keepPlaces(context)
    for (const key of moved) {
      const map = stepMapOf(context, key)
      if (!map) continue
      const order = orderAtEnd(context, parentKey, state.steps[key]!.step.type)
      if (parentKey === null) map.delete('$parent')
      else map.set('$parent', parentKey)
      map.set('$order', order)
    }
    writePlaces(context, places)
    deleteEdges(
      context,
      (record) => moved.has(record.to) !== ('from' in record ? moved.has(record.from) : moved.has(record.to)),
    )
    growToFit(context, parentKey)
  })
  return { ok: true }
}

/** Arranges everything from left to right, bodies included, as one undo step. */
export function autoLayout(context: EditContext): void {
  const state = context.store.getState()
  const places = layoutTree({
    childrenOf: (parent) => childrenOf(state, parent),
    isContainer: (key) => state.steps[key]!.container,
    typeOf: (key) => state.steps[key]!.step.type,
    edges: Object.values(state.edges),
    sizeOf: (key) => roomFor(context, state, key),
  })
  context.edit(() => {
    for (const [key, place] of places) writePlace(context, key, place)
  })
}
