import { type Edge, type EdgeChange, type Node, type NodeChange, applyNodeChanges } from '@xyflow/react'
import {
  cardHeight,
  cardWidth,
  displayName,
  type Editor,
  type EditorState,
  emptyFrame,
  frameWithLanes,
  isLane,
  type Size,
} from '#components/editor/editor.ts'
import { createStore, type StoreApi } from 'zustand/vanilla'

export type StepNode = Node<{ key: string }, 'step' | 'container'>
export type FlowEdge = Edge<{ key: string }, 'flow'>

interface Place {
  x: number
  y: number
}

/** A place where a step is about to be added. */
export interface QuickAdd {
  /** Window pixels: where the menu opens. */
  at: { x: number; y: number }
  /** Canvas pixels relative to the container; found automatically when absent. */
  position?: { x: number; y: number }
  parentKey: string | null
  connectFrom?: { key: string; port: string }
  connectTo?: { key: string }
  /** Insert in the middle of this edge instead. */
  edgeKey?: string
}

/** What lives only while the canvas is open and never enters the draft: drags, hover, the menu for adding. */
export interface CanvasState {
  nodes: StepNode[]
  edges: FlowEdge[]
  /** The container a dragged step would fall into; undefined while none is dragged. */
  dropTarget: string | null | undefined
  hovered: string | null
  quickAdd: QuickAdd | null
}

export interface CanvasStore extends StoreApi<CanvasState> {
  onNodesChange(changes: NodeChange<StepNode>[]): void
  onEdgesChange(changes: EdgeChange<FlowEdge>[]): void
  /** Follows the editor until the returned function is called. */
  follow(): () => void
  /** Puts cards back where the draft has them. */
  reset(): void
}

/** React Flow's nodes and edges for an open pipeline; a card whose step did not change keeps its object. */
export function createCanvasStore(editor: Editor): CanvasStore {
  const store = createStore<CanvasState>(() => ({
    nodes: buildNodes(editor.store.getState(), []),
    edges: buildEdges(editor.store.getState(), []),
    dropTarget: undefined,
    hovered: null,
    quickAdd: null,
  }))
  const refresh = (state: EditorState): void => {
    const { nodes, edges } = store.getState()
    const nextNodes = buildNodes(state, nodes)
    const nextEdges = buildEdges(state, edges)
    if (nextNodes !== nodes || nextEdges !== edges) store.setState({ nodes: nextNodes, edges: nextEdges })
  }
  return {
    ...store,
    onNodesChange: (changes) => {
      const selects = changes.filter((change) => change.type === 'select')
      if (selects.length > 0) select(editor, 'steps', selects)
      // Selection comes back from the editor; removal goes through its commands.
      const local = changes.filter((change) => change.type === 'position' || change.type === 'dimensions')
      if (local.length === 0) return
      store.setState(({ nodes }) => ({ nodes: applyNodeChanges(local, nodes) }))
      // A card that grew with its output may need a larger frame around it.
      if (local.some((change) => change.type === 'dimensions')) refresh(editor.store.getState())
    },
    onEdgesChange: (changes) => {
      const selects = changes.filter((change) => change.type === 'select')
      if (selects.length > 0) select(editor, 'edges', selects)
    },
    follow: () => {
      refresh(editor.store.getState())
      return editor.store.subscribe((state, before) => {
        if (
          state.steps !== before.steps ||
          state.layouts !== before.layouts ||
          state.edges !== before.edges ||
          state.selection !== before.selection ||
          state.stepKeys !== before.stepKeys
        ) {
          refresh(state)
        }
      })
    },
    reset: () => {
      const { nodes } = store.getState()
      const state = editor.store.getState()
      store.setState({
        nodes: buildNodes(
          state,
          nodes.map((node) => ({ ...node, dragging: false })),
          true,
        ),
      })
    },
  }
}

function select(editor: Editor, kind: 'steps' | 'edges', changes: { id: string; selected: boolean }[]): void {
  const { selection } = editor.store.getState()
  const chosen = new Set(selection[kind])
  for (const change of changes) {
    if (change.selected) chosen.add(change.id)
    else chosen.delete(change.id)
  }
  if (kind === 'steps') editor.actions.select([...chosen], selection.edges)
  else editor.actions.select(selection.steps, [...chosen])
}

function buildNodes(state: EditorState, before: readonly StepNode[], force = false): StepNode[] {
  const known = new Map(before.map((node) => [node.id, node]))
  const frames = framesOf(state, known)
  const selected = new Set(state.selection.steps)
  let changed = before.length !== state.stepKeys.length
  const nodes = state.stepKeys.map((key, index) => {
    const view = state.steps[key]!
    const layout = state.layouts[key] ?? { x: 0, y: 0 }
    const old = known.get(key)
    const type = view.container ? 'container' : 'step'
    const ariaLabel = displayName(view.step, state.manifests.get(view.step.type))
    const parentId = view.parentKey ?? undefined
    const frame = frames.get(key)
    const place = { x: frame?.x ?? layout.x, y: frame?.y ?? layout.y }
    const size: Partial<Size> = frame ? { width: frame.width, height: frame.height } : {}
    if (
      old &&
      before[index] === old &&
      old.type === type &&
      old.parentId === parentId &&
      old.ariaLabel === ariaLabel &&
      old.selected === selected.has(key) &&
      // A drag under way stays where the pointer has it, whatever others do meanwhile.
      ((old.dragging && !force) || (old.position.x === place.x && old.position.y === place.y)) &&
      (!view.container || (old.width === size.width && old.height === size.height) || (old.resizing && !force))
    ) {
      return old
    }
    changed = true
    return {
      ...old,
      id: key,
      type,
      parentId,
      ariaLabel,
      selected: selected.has(key),
      position: old?.dragging && !force ? old.position : place,
      ...size,
      ...(isLane(view.step.type) ? { draggable: false } : {}),
      zIndex: view.container ? 0 : 1,
      data: old?.data ?? { key },
    } satisfies StepNode
  })
  return changed ? nodes : (before as StepNode[])
}

/** Containers as large as stored, or larger where the cards in them need it; lanes where their container puts them. */
function framesOf(state: EditorState, known: ReadonlyMap<string, StepNode>): Map<string, Size & Partial<Place>> {
  const frames = new Map<string, Size & Partial<Place>>()
  const children = Map.groupBy(state.stepKeys, (key) => state.steps[key]!.parentKey)
  // Bodies come after their containers: going backwards, inner frames are known first.
  for (const key of state.stepKeys.toReversed()) {
    if (!state.steps[key]!.container) continue
    const boxOf = (child: string): Place & Size => {
      const { x, y } = state.layouts[child] ?? { x: 0, y: 0 }
      const size = frames.get(child) ?? known.get(child)?.measured
      return { x, y, width: size?.width ?? cardWidth, height: size?.height ?? cardHeight }
    }
    const inside = children.get(key) ?? []
    const layout = state.layouts[key]
    const frame = frameWithLanes(
      inside.filter((child) => !isLane(state.steps[child]!.step.type)).map(boxOf),
      inside
        .filter((child) => isLane(state.steps[child]!.step.type))
        .map((child) => ({ key: child, type: state.steps[child]!.step.type, size: boxOf(child) })),
      { width: layout?.width ?? emptyFrame.width, height: layout?.height ?? emptyFrame.height },
    )
    frames.set(key, frame.size)
    for (const [lane, place] of frame.lanes) frames.set(lane, place)
  }
  return frames
}

function buildEdges(state: EditorState, before: readonly FlowEdge[]): FlowEdge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]))
  const selected = new Set(state.selection.edges)
  let changed = before.length !== state.edgeKeys.length
  const edges = state.edgeKeys.map((key, index) => {
    const view = state.edges[key]!
    const old = known.get(key)
    if (
      old &&
      before[index] === old &&
      old.source === view.from &&
      old.target === view.to &&
      old.sourceHandle === view.port &&
      old.selected === selected.has(key)
    ) {
      return old
    }
    changed = true
    return {
      id: key,
      type: 'flow',
      source: view.from,
      target: view.to,
      sourceHandle: view.port,
      targetHandle: 'in',
      selected: selected.has(key),
      // Above container frames, under cards.
      zIndex: 0,
      data: old?.data ?? { key },
    } satisfies FlowEdge
  })
  return changed ? edges : (before as FlowEdge[])
}
