'use client'
import { EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from '@xyflow/react'
import { type StepRunInfo, useEditor, useStepRun, useStepView } from '#components/editor/editor.ts'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Plus } from 'lucide-react'
import { memo, useState } from 'react'
import { useCanvasStore } from './canvas-context.ts'
import type { FlowEdge as FlowEdgeType } from './canvas-store.ts'
import { describeValue, formatNumber } from './preview-of.ts'
import { ValuePreview } from './value-preview.tsx'

/** An edge: lit once when data flows along it; on hover it can be split and shows the value that flowed. */
export const FlowEdge = memo(function FlowEdge(props: EdgeProps<FlowEdgeType>) {
  const { id, source, sourceHandleId, selected } = props
  const [path, labelX, labelY] = getSmoothStepPath({ ...props, ...wayBack(props), borderRadius: 12, offset: 16 })
  const sourcePath = useStepView(source)?.path ?? ''
  const run = useStepRun(sourcePath)
  const readOnly = useEditor((state) => state.readOnly)
  const [hovered, setHovered] = useState(false)
  const state = edgeState(run, sourceHandleId ?? 'out')
  const flowedAt = useFlowedAt(state === 'taken', run)
  const active = hovered || selected === true
  const stream = sourceHandleId === 'stream'
  return (
    <g
      data-edge={id}
      data-state={state}
      className="flow-edge"
      data-active={active || undefined}
      data-stream={stream || undefined}
      onMouseEnter={() => setHovered(true)}
      onMouseLeave={() => setHovered(false)}
    >
      <path d={path} className="react-flow__edge-path flow-edge-path" fill="none" />
      {flowedAt !== null ? (
        <path key={flowedAt} d={path} className="flow-edge-light" fill="none" pathLength={1} />
      ) : null}
      {stream && !active && run?.streamed ? (
        <EdgeLabelRenderer>
          <span
            className="stream-count absolute tabular"
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
          >
            {formatNumber(run.streamed)}
          </span>
        </EdgeLabelRenderer>
      ) : null}
      <path d={path} className="react-flow__edge-interaction" fill="none" strokeOpacity={0} strokeWidth={20} />
      {active ? (
        <EdgeLabelRenderer>
          <div
            className="nodrag nopan pointer-events-auto absolute flex flex-col items-center gap-1"
            style={{ transform: `translate(-50%, -12px) translate(${labelX}px, ${labelY}px)`, zIndex: 5 }}
            onMouseEnter={() => setHovered(true)}
            onMouseLeave={() => setHovered(false)}
          >
            {readOnly ? null : <InsertButton edgeKey={id} />}
            {state === 'taken' && run?.output !== undefined && hovered ? (
              <div className="pointer-events-none w-52 rounded-sm border bg-surface p-2 shadow-float">
                <p className="pb-1 text-2xs font-medium text-text-quiet">{describeValue(run.output, run.lengths)}</p>
                <ValuePreview value={run.output} lengths={run.lengths} />
              </div>
            ) : null}
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </g>
  )
})

/** An edge to a card that is not further right passes just above the lower of the two cards, not through the upper one. */
function wayBack({ sourceX, sourceY, targetX, targetY }: EdgeProps<FlowEdgeType>): { centerY?: number } {
  return targetX - sourceX > 32 || Math.abs(targetY - sourceY) < 80 ? {} : { centerY: Math.max(sourceY, targetY) - 34 }
}

function InsertButton({ edgeKey }: { edgeKey: string }) {
  const canvas = useCanvasStore()
  return (
    <IconButton
      label="Insert a step here"
      size="sm"
      variant="secondary"
      className="size-6 rounded-full shadow-card"
      onClick={(event) =>
        canvas.setState({
          quickAdd: { at: { x: event.clientX, y: event.clientY }, parentKey: null, edgeKey },
        })
      }
    >
      <Plus />
    </IconButton>
  )
}

/** When data went along the edge while it was on the screen, epoch milliseconds; a past run that is opened lights nothing. */
function useFlowedAt(taken: boolean, run: StepRunInfo | undefined): number | null {
  const [drawnAt] = useState(() => Date.now())
  if (!taken || run?.startedAt === undefined || run.durationMs === undefined) return null
  const endedAt = run.startedAt + run.durationMs
  return endedAt > drawnAt ? endedAt : null
}

function edgeState(run: ReturnType<typeof useStepRun>, port: string): 'idle' | 'taken' | 'dead' {
  if (!run) return 'idle'
  if (run.takenPorts?.includes(port) || (port === 'stream' && run.streamed)) return 'taken'
  const over = run.status === 'succeeded' || run.status === 'failed' || run.status === 'skipped'
  return over ? 'dead' : 'idle'
}
