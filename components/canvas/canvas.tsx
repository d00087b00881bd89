'use client'
import {
  Background,
  BackgroundVariant,
  type Connection as FlowConnection,
  MiniMap,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useStore,
} from '@xyflow/react'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { ContextMenu } from '#components/ui/context-menu.tsx'
import type { MenuGroups } from '#components/ui/menu-class.ts'
import { type CSSProperties, type ReactNode, useCallback, useEffect, useMemo, useState } from 'react'
import { useStore as useZustand } from 'zustand'
import './canvas.css'
import { CanvasContext } from './canvas-context.ts'
import type { CanvasInsets } from './canvas-insets.ts'
import { createCanvasStore, type StepNode } from './canvas-store.ts'
import { CardToolbar } from './card-toolbar.tsx'
import { ConnectionLine } from './connection-line.tsx'
import { ContainerFrame } from './container-frame.tsx'
import { FlowEdge } from './flow-edge.tsx'
import { QuickAddMenu } from './quick-add-menu.tsx'
import { installTestHook } from './render-counts.ts'
import { StepCard } from './step-card.tsx'
import { useCanvasApi } from './use-canvas-api.ts'
import { useCanvasEvents } from './use-canvas-events.ts'
import { useClipboard } from './use-clipboard.ts'
import { useShortcuts } from './use-shortcuts.ts'

export type { CanvasInsets } from './canvas-insets.ts'
export { Palette } from './palette.tsx'

const nodeTypes: NodeTypes = { step: StepCard, container: ContainerFrame }
const edgeTypes = { flow: FlowEdge }
const grid: [number, number] = [16, 16]

export interface CanvasProps {
  /** What floats over the canvas at its sides, so that nothing selected lies under it. */
  insets: CanvasInsets
  children?: ReactNode
}

/** The pipeline as a picture: cards, frames and edges, and every way to change them by pointer and keyboard. */
export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <CanvasInside {...props} />
    </ReactFlowProvider>
  )
}

function CanvasInside({ insets, children }: CanvasProps) {
  const editor = useEditorApi()
  const canvas = useMemo(() => createCanvasStore(editor), [editor])
  useEffect(() => canvas.follow(), [canvas])
  useEffect(() => installTestHook(), [])
  useCanvasApi(editor, insets, canvas)
  useShortcuts(editor)
  useClipboard(editor)
  const nodes = useZustand(canvas, (state) => state.nodes)
  const edges = useZustand(canvas, (state) => state.edges)
  const readOnly = useEditor((state) => state.readOnly)
  const many = useEditor((state) => state.stepKeys.length > 150)
  const detail = useStore(({ transform }) => (transform[2] < 0.2 ? 'block' : transform[2] < 0.4 ? 'far' : 'full'))
  const minimap = useEditor((state) => state.panels.minimap)
  const events = useCanvasEvents(editor, canvas)
  const adding = useEditor((state) => state.dialog === 'add-step')
  const { addInView } = events
  useEffect(() => {
    if (adding) addInView()
  }, [adding, addInView])
  const [menu, setMenu] = useState<MenuGroups>([])

  const isValidConnection = useCallback(
    (connection: FlowConnection | { source: string; target: string; sourceHandle?: string | null }) =>
      editor.actions.connectionProblem({
        from: connection.source,
        port: connection.sourceHandle ?? 'out',
        to: connection.target,
      }) === null,
    [editor],
  )

  return (
    <CanvasContext value={canvas}>
      <ContextMenu groups={menu}>
        <div
          className="canvas absolute inset-0"
          data-detail={detail}
          data-canvas
          style={{ '--covered-below': `${insets.bottom}px`, '--covered-right': `${insets.right}px` } as CSSProperties}
          onContextMenuCapture={(event) => setMenu(events.menuAt(event))}
          onDragOver={events.onDragOver}
          onDrop={events.onDrop}
          onDoubleClick={events.onDoubleClick}
          onFocus={events.onFocus}
        >
          <ReactFlow<StepNode>
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            edgeTypes={edgeTypes}
            onNodesChange={canvas.onNodesChange}
            onEdgesChange={canvas.onEdgesChange as never}
            onConnect={events.onConnect}
            onConnectEnd={events.onConnectEnd}
            isValidConnection={isValidConnection}
            onNodeDrag={events.onNodeDrag}
            onNodeDragStart={events.onNodeDragStart}
            onNodeDragStop={events.onNodeDragStop}
            onNodeMouseEnter={events.onNodeMouseEnter}
            onNodeMouseLeave={events.onNodeMouseLeave}
            onNodeDoubleClick={events.onNodeDoubleClick}
            connectionLineComponent={ConnectionLine}
            connectionRadius={28}
            nodesDraggable={!readOnly}
            nodesConnectable={!readOnly}
            snapToGrid
            snapGrid={grid}
            selectionMode={SelectionMode.Partial}
            multiSelectionKeyCode={['Shift', 'Meta', 'Control']}
            deleteKeyCode={null}
            // Edges are reached through their steps (Connect or disconnect): Tab would pass all of them first.
            edgesFocusable={false}
            disableKeyboardA11y
            panOnScroll
            zoomOnDoubleClick={false}
            minZoom={0.08}
            maxZoom={2}
            elevateNodesOnSelect={false}
            elevateEdgesOnSelect={false}
            onlyRenderVisibleElements={many}
            // An edge at a port that has just gone is drawn again in the next frame.
            onError={ignore}
            attributionPosition="bottom-right"
          >
            <Background variant={BackgroundVariant.Dots} gap={16} size={1.2} />
            <CardToolbar />
            {minimap ? (
              <MiniMap
                pannable
                zoomable
                position="bottom-right"
                ariaLabel="Map of the pipeline"
                style={{ right: insets.right, bottom: insets.bottom, width: 144, height: 88, margin: 12 }}
                nodeColor="var(--line-strong)"
                nodeBorderRadius={24}
              />
            ) : null}
          </ReactFlow>
          {children}
        </div>
      </ContextMenu>
      <QuickAddMenu />
    </CanvasContext>
  )
}

const ignore = (): void => undefined
