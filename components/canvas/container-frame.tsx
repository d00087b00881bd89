'use client'
import { Handle, type NodeProps, NodeResizer, Position } from '@xyflow/react'
import { displayName, isLane, useEditor, useEditorApi, useStepRun, useStepView } from '#components/editor/editor.ts'
import { classNames } from '#components/ui/class-names.ts'
import { summarizeStep } from '#pipeline/summary.ts'
import { Plus } from 'lucide-react'
import { memo, useMemo } from 'react'
import { CardHeader, FarLabel, ProblemBadge } from './card-header.tsx'
import { useCanvas, useCanvasStore } from './canvas-context.ts'
import type { StepNode } from './canvas-store.ts'
import { AddHandler } from './add-handler.tsx'
import { emptyFrameWords } from './frame-words.ts'
import { FrameProgress } from './frame-progress.tsx'
import { ItemPicker } from './item-picker.tsx'
import { PolicyChips } from './policy-chips.tsx'
import { countCardRender } from './render-counts.ts'
import { useOutputPorts, usePortsMeasured } from './use-output-ports.ts'

/** A step with a body: a frame with a header; its steps lie inside. */
export const ContainerFrame = memo(
  function ContainerFrame({ id, selected }: NodeProps<StepNode>) {
    countCardRender(id)
    const view = useStepView(id)
    if (!view) return null
    return <Frame id={id} selected={selected} />
  },
  (before, after) => before.id === after.id && before.selected === after.selected,
)

function Frame({ id, selected }: { id: string; selected: boolean }) {
  const { actions } = useEditorApi()
  const canvas = useCanvasStore()
  const view = useStepView(id)!
  const manifest = useEditor((state) => state.manifests.get(view.step.type))
  const problems = useEditor((state) => state.problemsByPath[view.path])
  const empty = useEditor(
    (state) =>
      !state.stepKeys.some((key) => state.steps[key]!.parentKey === id && !isLane(state.steps[key]!.step.type)),
  )
  const lanes = useEditor(
    (state) =>
      state.stepKeys.filter((key) => state.steps[key]!.parentKey === id && isLane(state.steps[key]!.step.type)).length,
  )
  const pinned = useEditor((state) => state.pins[view.path] !== undefined)
  const kind = manifest?.container?.kind
  const readOnly = useEditor((state) => state.readOnly)
  const isDropTarget = useCanvas((state) => state.dropTarget === id)
  const run = useStepRun(view.path)
  const stale = useEditor((state) => state.staleSteps[id] === true)
  const summary = useMemo(() => (manifest ? summarizeStep(manifest, view.step) : ''), [manifest, view.step])
  const { main, listed } = useOutputPorts(id, view.step, manifest)
  const name = displayName(view.step, manifest)
  usePortsMeasured(id, [main, ...listed.map((port) => port.name)].join(' '))

  const progress = run?.progress
  const share = progress?.total ? Math.min(1, progress.done / progress.total) : 0
  return (
    <div
      className={classNames(
        'container-frame',
        selected && 'step-card-selected',
        view.step.disabled && 'step-card-disabled',
        isDropTarget && 'container-frame-target',
      )}
      data-status={run?.status ?? 'idle'}
      data-stale={stale || undefined}
      data-step={view.path}
      data-category={manifest?.category}
      data-kind={kind}
    >
      {selected && !readOnly ? (
        <NodeResizer
          minWidth={304}
          minHeight={144}
          lineClassName="frame-resize-line"
          handleClassName="frame-resize-handle"
          onResizeEnd={(_event, box) => actions.resizeStep(id, box)}
        />
      ) : null}
      {manifest?.inputPorts.length === 0 ? null : (
        <Handle id="in" type="target" position={Position.Left} className="port" style={{ top: 18 }} />
      )}
      {main === null ? null : (
        <Handle id={main} type="source" position={Position.Right} className="port" style={{ top: 18 }} />
      )}
      {listed.map((port, index) => (
        <Handle
          key={port.name}
          id={port.name}
          type="source"
          position={Position.Right}
          title={port.title}
          className={classNames(
            'port frame-port',
            port.kind === 'error' && 'port-error',
            port.kind === 'missing' && 'port-missing',
          )}
          style={port.kind === 'error' ? { top: 'auto', bottom: 14 } : { top: 18 + (index + 1) * 24 }}
          data-title={port.title}
        />
      ))}
      <ProblemBadge problems={problems} />
      {progress?.total !== undefined && run ? (
        <div
          className="frame-progress"
          role="progressbar"
          aria-valuenow={progress.done}
          aria-valuemax={progress.total}
          aria-label={`${name}: items done`}
        >
          <div
            style={{ width: `${share * 100}%` }}
            className={progress.failed ? 'bg-failed' : run.status === 'running' ? 'bg-running' : 'bg-succeeded'}
          />
        </div>
      ) : null}
      <div className="container-header">
        <CardHeader
          name={name}
          manifest={manifest}
          run={run}
          stale={stale}
          disabled={view.step.disabled === true}
          type={view.step.type}
          pinned={pinned}
        />
        <div className="card-detail flex min-h-5.5 items-start gap-2 px-3 pb-1.5 text-xs leading-4 text-text-quiet">
          <span className="min-w-0 flex-1 truncate" title={summary}>
            {summary}
          </span>
          {/* A second line would lie over the steps inside. */}
          <PolicyChips step={view.step} glyphsOnly />
          <FrameProgress run={run} />
          <ItemPicker path={view.path} kind={kind} />
          {readOnly ? null : <AddHandler tryKey={id} kind={kind} />}
        </div>
      </div>
      {empty && !readOnly ? (
        <button
          type="button"
          className="nodrag container-empty"
          style={lanes > 0 ? { bottom: 'auto', height: 64 } : undefined}
          onClick={(event) =>
            canvas.setState({
              quickAdd: { at: { x: event.clientX, y: event.clientY }, parentKey: id },
            })
          }
        >
          <Plus className="size-4" aria-hidden />
          {emptyFrameWords[kind ?? 'map']}
        </button>
      ) : null}
      <FarLabel name={name} manifest={manifest} status={run?.status ?? 'idle'} />
    </div>
  )
}
