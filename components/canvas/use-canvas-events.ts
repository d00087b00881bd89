import { type FinalConnectionState, type InternalNode, type OnConnectEnd, useReactFlow } from '@xyflow/react'
import type { Connection as FlowConnection } from '@xyflow/react'
import type { Editor } from '#components/editor/editor.ts'
import type { MenuGroups } from '#components/ui/menu-class.ts'
import { toast } from '#components/ui/toast.tsx'
import { outputPortsOf } from '#pipeline/ports.ts'
import { type DragEvent, type FocusEvent, type MouseEvent as ReactMouseEvent, useMemo } from 'react'
import type { CanvasStore, StepNode } from './canvas-store.ts'
import { connectionOf } from './connection-of.ts'
import { stepTypeMime } from './palette.tsx'
import { canvasMenu, edgeMenu, stepMenu } from './step-menu.tsx'
import { takeDrop } from './use-drop.ts'

interface Point {
  x: number
  y: number
}

/** Milliseconds the toolbar stays when the pointer leaves a card, so that it can be reached. */
const toolbarGraceMs = 250

/** What pointers do on the canvas. */
export function useCanvasEvents(editor: Editor, canvas: CanvasStore) {
  const flow = useReactFlow<StepNode>()
  return useMemo(() => {
    let hoverTimer: ReturnType<typeof setTimeout> | undefined
    const readOnly = (): boolean => editor.store.getState().readOnly

    /** The innermost container under a point, not among `except` or inside of them. */
    const containerAt = (point: Point, except: ReadonlySet<string> = new Set()): string | null => {
      const { steps, stepKeys } = editor.store.getState()
      const inside = (key: string | null): boolean =>
        key !== null && (except.has(key) || inside(steps[key]?.parentKey ?? null))
      let found: string | null = null
      // Containers come before the steps of their bodies: the last hit is the innermost.
      for (const key of stepKeys) {
        if (!steps[key]!.container || inside(key)) continue
        const node = flow.getInternalNode(key)
        if (!node) continue
        const { x, y } = node.internals.positionAbsolute
        const { width = 0, height = 0 } = node.measured
        if (point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height) found = key
      }
      return found
    }
    const relativeTo = (parentKey: string | null, point: Point): Point => {
      const origin = parentKey === null ? undefined : flow.getInternalNode(parentKey)?.internals.positionAbsolute
      return { x: point.x - (origin?.x ?? 0), y: point.y - (origin?.y ?? 0) }
    }
    const addAt = (client: Point): void => {
      if (readOnly()) return
      const point = flow.screenToFlowPosition(client)
      const parentKey = containerAt(point)
      const position = relativeTo(parentKey, { x: point.x - 120, y: point.y - 18 })
      canvas.setState({ quickAdd: { at: client, position, parentKey } })
    }
    /** Steps dragged out of or into a container belong where their middle is. */
    const parentUnder = (node: StepNode, dragged: ReadonlySet<string>): string | null => {
      const internal = flow.getInternalNode(node.id)
      if (!internal) return null
      const { x, y } = internal.internals.positionAbsolute
      const { width = 240, height = 80 } = internal.measured
      return containerAt({ x: x + width / 2, y: y + Math.min(height / 2, 40) }, dragged)
    }

    const onConnectEnd: OnConnectEnd = (event, state) => {
      if (state.isValid || readOnly() || !state.fromHandle) return
      const client = pointOf(event)
      const element = document.elementFromPoint(client.x, client.y)
      const over = state.toNode?.id ?? element?.closest('.react-flow__node')?.getAttribute('data-id')
      if (over && over !== state.fromHandle.nodeId) return connectTo(state, over)
      if (over || !element?.closest('[data-canvas]')) return
      const point = flow.screenToFlowPosition(client)
      const parentKey = editor.store.getState().steps[state.fromHandle.nodeId]?.parentKey ?? null
      const forward = state.fromHandle.type === 'source'
      const position = relativeTo(parentKey, { x: forward ? point.x : point.x - 240, y: point.y - 18 })
      canvas.setState({
        quickAdd: {
          at: client,
          position,
          parentKey,
          ...(forward
            ? { connectFrom: { key: state.fromHandle.nodeId, port: state.fromHandle.id ?? 'out' } }
            : { connectTo: { key: state.fromHandle.nodeId } }),
        },
      })
    }
    const connectTo = (state: FinalConnectionState<InternalNode>, over: string): void => {
      if (!state.fromHandle) return
      const { steps, manifests } = editor.store.getState()
      const target = steps[over]
      if (!target) return
      // Dropped on a container around the step: the empty space in it means "add here".
      const ports = outputPortsOf(manifests.get(target.step.type), target.step)
      const result = editor.actions.connect(connectionOf(state.fromHandle, over, ports[0]?.name))
      if (!result.ok) toast.error('These steps cannot be connected', { description: result.reason })
    }

    return {
      /** Opens the menu of step types for a step that follows the selected one, or stands in the middle of the view. */
      addInView: () => {
        const { selection, steps, manifests } = editor.store.getState()
        editor.actions.openDialog(null)
        const key = selection.steps.length === 1 ? selection.steps[0]! : undefined
        const view = key === undefined ? undefined : steps[key]
        const center = editor.canvas.viewCenter()
        const at = flow.flowToScreenPosition(center)
        if (!view) return addAt({ x: at.x - 144, y: at.y - 160 })
        const port = outputPortsOf(manifests.get(view.step.type), view.step)[0]?.name ?? 'out'
        canvas.setState({
          quickAdd: {
            at: { x: at.x - 144, y: at.y - 160 },
            parentKey: view.container ? view.key : view.parentKey,
            ...(view.container ? {} : { connectFrom: { key: view.key, port } }),
          },
        })
      },
      onConnect: (connection: FlowConnection) => {
        editor.actions.connect({
          from: connection.source,
          port: connection.sourceHandle ?? 'out',
          to: connection.target,
        })
      },
      onConnectEnd,
      onNodeDragStart: () => canvas.setState({ hovered: null, dropTarget: null }),
      onNodeDrag: (_event: unknown, node: StepNode, nodes: StepNode[]) => {
        const dragged = new Set(nodes.map(({ id }) => id))
        const parent = parentUnder(node, dragged)
        if (canvas.getState().dropTarget !== parent) canvas.setState({ dropTarget: parent })
      },
      onNodeDragStop: (_event: unknown, node: StepNode, nodes: StepNode[]) => {
        canvas.setState({ dropTarget: undefined })
        dropNodes(node, nodes)
      },
      onNodeMouseEnter: (_event: unknown, node: StepNode) => {
        clearTimeout(hoverTimer)
        if (canvas.getState().hovered !== node.id) canvas.setState({ hovered: node.id })
      },
      onNodeMouseLeave: (event: ReactMouseEvent) => {
        clearTimeout(hoverTimer)
        const next = event.relatedTarget
        if (next instanceof Element && next.closest('[data-card-toolbar]')) return
        hoverTimer = setTimeout(() => {
          // Not while the pointer or a menu is in the toolbar.
          if (!document.querySelector('[data-card-toolbar]:is(:hover,:has([data-state=open]))')) {
            canvas.setState({ hovered: null })
          }
        }, toolbarGraceMs)
      },
      onNodeDoubleClick: () => editor.commands.get('open-inspector')!.run(),
      onDoubleClick: (event: ReactMouseEvent) => {
        if (event.target instanceof Element && event.target.classList.contains('react-flow__pane')) {
          addAt({ x: event.clientX, y: event.clientY })
        }
      },
      onDragOver: (event: DragEvent) => {
        if (readOnly()) return
        const types = [...event.dataTransfer.types]
        if (!types.includes(stepTypeMime) && !types.includes('Files') && !types.includes('text/plain')) return
        event.preventDefault()
        event.dataTransfer.dropEffect = 'copy'
        const parent = containerAt(flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }))
        if (canvas.getState().dropTarget !== parent) canvas.setState({ dropTarget: parent })
      },
      onDrop: (event: DragEvent) => {
        canvas.setState({ dropTarget: undefined })
        if (readOnly()) return
        event.preventDefault()
        const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })
        const parentKey = containerAt(point)
        takeDrop(editor, event, { position: relativeTo(parentKey, point), parentKey })
      },
      /** Tab selects the card it reaches, so that the inspector follows the keyboard. */
      onFocus: (event: FocusEvent) => {
        const { target } = event
        if (!target.classList.contains('react-flow__node') || !target.matches(':focus-visible')) return
        const key = target.getAttribute('data-id')
        if (key === null || editor.store.getState().selection.steps.includes(key)) return
        editor.actions.select([key])
        editor.canvas.reveal(key)
      },
      menuAt: (event: ReactMouseEvent): MenuGroups => {
        const target = event.target as Element
        const key = target.closest('.react-flow__node')?.getAttribute('data-id')
        if (key) {
          const { selection } = editor.store.getState()
          return stepMenu(editor, selection.steps.includes(key) ? selection.steps : [key])
        }
        const edge = target.closest('[data-edge]')?.getAttribute('data-edge')
        const at = { x: event.clientX, y: event.clientY }
        if (edge) {
          return edgeMenu(editor, edge, () => canvas.setState({ quickAdd: { at, parentKey: null, edgeKey: edge } }))
        }
        // After the menu has given the focus back.
        return canvasMenu(editor, () => setTimeout(() => addAt(at), 50))
      },
    }

    function dropNodes(node: StepNode, nodes: readonly StepNode[]): void {
      const { steps } = editor.store.getState()
      const dragged = new Set(nodes.map(({ id }) => id))
      const parentKey = parentUnder(node, dragged)
      // The same container for all that were dragged together.
      const moving = nodes.filter(({ id }) => !dragged.has(steps[id]?.parentKey ?? ''))
      const places: Record<string, Point> = {}
      for (const { id } of moving) {
        const absolute = flow.getInternalNode(id)?.internals.positionAbsolute
        if (absolute) places[id] = relativeTo(parentKey, absolute)
      }
      if (moving.every(({ id }) => steps[id]?.parentKey === parentKey)) editor.actions.moveSteps(places)
      else {
        const result = editor.actions.moveIntoContainer(Object.keys(places), parentKey, places)
        if (!result.ok) {
          toast.error('The steps cannot go there', { description: result.reason })
          canvas.reset()
        }
      }
    }
  }, [editor, canvas, flow])
}

const pointOf = (event: MouseEvent | TouchEvent): Point => {
  const touch = 'changedTouches' in event ? event.changedTouches[0] : undefined
  return touch
    ? { x: touch.clientX, y: touch.clientY }
    : { x: (event as MouseEvent).clientX, y: (event as MouseEvent).clientY }
}
