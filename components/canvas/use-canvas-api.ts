import { type ReactFlowInstance, useNodesInitialized, useReactFlow, type Viewport } from '@xyflow/react'
import { cardHeight, type Editor } from '#components/editor/editor.ts'
import { useEffect, useRef } from 'react'
import type { CanvasInsets } from './canvas-insets.ts'
import type { CanvasStore, StepNode } from './canvas-store.ts'

/** Of the zoom buttons at the lower edge, with the space around them. */
const controlsHeight = 64

const duration = (): number => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 160)

/** Lets commands move the view while the canvas is mounted. */
export function useCanvasApi(editor: Editor, insets: CanvasInsets, canvas: CanvasStore): void {
  const flow = useReactFlow<StepNode>()
  const latest = useRef(insets)
  /** The last view of the whole pipeline that was shown. */
  const whole = useRef<Viewport | null>(null)
  useEffect(() => {
    latest.current = insets
  })
  useEffect(() => {
    const pane = (): DOMRect =>
      document.querySelector('[data-canvas]')?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, innerHeight)
    const freeArea = (): { left: number; top: number; right: number; bottom: number } => {
      const rect = pane()
      const { top, right, bottom, left } = latest.current
      return {
        left: left + 24,
        top: top + 24,
        right: rect.width - right - 24,
        bottom: rect.height - bottom - controlsHeight,
      }
    }
    return editor.attachCanvas({
      measure: (key) => {
        const measured = flow.getInternalNode(key)?.measured
        return measured?.width && measured.height ? { width: measured.width, height: measured.height } : undefined
      },
      viewCenter: () => {
        const rect = pane()
        const free = freeArea()
        return flow.screenToFlowPosition({
          x: rect.left + (free.left + free.right) / 2,
          y: rect.top + (free.top + free.bottom) / 2,
        })
      },
      fit: () => {
        const view = viewOf(flow, latest.current, smallestZoom)
        whole.current = view
        if (view) void flow.setViewport(view, { duration: duration() })
      },
      zoomIn: () => void flow.zoomIn({ duration: duration() }),
      zoomOut: () => void flow.zoomOut({ duration: duration() }),
      zoomTo: (level) => void flow.zoomTo(level, { duration: duration() }),
      reveal: (key) => {
        // A step that has just been added is known to React Flow in the next frame.
        requestAnimationFrame(() => {
          const node = flow.getInternalNode(key)
          if (!node) return
          const { x, y, zoom } = flow.getViewport()
          const { positionAbsolute } = node.internals
          const box = {
            left: positionAbsolute.x * zoom + x,
            top: positionAbsolute.y * zoom + y,
            width: (node.measured.width ?? node.width ?? 240) * zoom,
            height: (node.measured.height ?? node.height ?? cardHeight) * zoom,
          }
          const free = freeArea()
          const shiftX =
            box.left < free.left
              ? free.left - box.left
              : Math.min(0, Math.max(free.right - box.left - box.width, free.left - box.left))
          const shiftY =
            box.top < free.top
              ? free.top - box.top
              : Math.min(0, Math.max(free.bottom - box.top - box.height, free.top - box.top))
          if (shiftX !== 0 || shiftY !== 0) {
            void flow.setViewport({ x: x + shiftX, y: y + shiftY, zoom }, { duration: duration() })
          }
        })
      },
      focusStep: (key) => {
        const focus = (): void =>
          document
            .querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(key)}"]`)
            ?.focus({ preventScroll: true })
        // A dialog that closes gives the focus back where it was, in a timer of its own: this comes after it.
        requestAnimationFrame(() => setTimeout(focus))
      },
    })
  }, [editor, flow, canvas])
  useFirstView(editor, latest, whole)
  useWholeView(insets, whole)
}

/** Cards can be read above this zoom; a pipeline too long for it is first shown from its beginning. */
const readableZoom = (): number => (innerWidth < 600 ? 0.8 : 0.5)
const smallestZoom = 0.08

/** The view that shows the pipeline in the middle of what no panel covers; from its beginning where it does not fit. */
function viewOf(flow: ReactFlowInstance<StepNode>, insets: CanvasInsets, minZoom: number): Viewport | null {
  const pane = document.querySelector('[data-canvas]')?.getBoundingClientRect()
  const bounds = flow.getNodesBounds(flow.getNodes().filter((node) => node.parentId === undefined))
  if (!pane || bounds.width === 0) return null
  const { top, right, bottom, left } = insets
  const width = pane.width - left - right
  const height = pane.height - top - bottom - controlsHeight
  const fitting = Math.min((width - 64) / bounds.width, (height - 32) / bounds.height)
  const zoom = Math.min(1, Math.max(fitting, minZoom))
  const fits = bounds.width * zoom <= width - 48
  return {
    x: left + (fits ? (width - bounds.width * zoom) / 2 : 48) - bounds.x * zoom,
    y: top + Math.max(16, (height - bounds.height * zoom) / 2) - bounds.y * zoom,
    zoom,
  }
}

/** The first look at a pipeline: all of it when it can be read that way, else its beginning. */
function useFirstView(
  editor: Editor,
  insets: { readonly current: CanvasInsets },
  whole: { current: Viewport | null },
): void {
  const flow = useReactFlow<StepNode>()
  const ready = useNodesInitialized()
  const done = useRef(false)
  useEffect(() => {
    if (!ready || done.current) return
    const view = viewOf(flow, insets.current, readableZoom())
    if (!view) return
    done.current = true
    whole.current = view
    void flow.setViewport(view)
    const [selected] = editor.store.getState().selection.steps
    if (selected !== undefined) editor.canvas.reveal(selected)
  }, [ready, editor, flow, insets, whole])
}

/** Who looked at the whole pipeline still does when the run panel opens below it or closes. */
function useWholeView(insets: CanvasInsets, whole: { current: Viewport | null }): void {
  const flow = useReactFlow<StepNode>()
  const latest = useRef(insets)
  useEffect(() => {
    const { bottom } = latest.current
    latest.current = insets
    const before = whole.current
    const now = flow.getViewport()
    if (bottom === insets.bottom || !before) return
    if (Math.hypot(now.x - before.x, now.y - before.y) > 1 || Math.abs(now.zoom - before.zoom) > 0.001) return
    const view = viewOf(flow, insets, readableZoom())
    if (!view) return
    whole.current = view
    void flow.setViewport(view, { duration: duration() })
  }, [flow, insets, whole])
}
