'use client'
import { Handle, type NodeProps, NodeResizer, Position } from '@xyflow/react'
import { displayName, useEditor, useEditorApi, useStepRun, useStepView } from '#components/editor/editor.ts'
import { classNames } from '#components/ui/class-names.ts'
import { summarizeStep } from '#pipeline/summary.ts'
import { Plus } from 'lucide-react'
import { memo, useMemo } from 'react'
import { CardHeader, FarLabel, ProblemBadge } from './card-header.tsx'
import { useCanvas, useCanvasStore } from './canvas-context.ts'
import type { StepNode } from './canvas-store.ts'
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
  const empty = useEditor((state) => !state.stepKeys.some((key) => state.steps[key]!.parentKey === id))
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
      <Handle id="in" type="target" position={Position.Left} className="port" style={{ top: 18 }} />
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
            'port',
            port.kind === 'error' && 'port-error',
            port.kind === 'missing' && 'port-missing',
          )}
          style={{ top: 'auto', bottom: 8 + index * 20 }}
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
        />
        <p className="card-detail flex gap-2 px-3 pb-1.5 text-xs leading-4 text-text-quiet">
          <span className="min-w-0 flex-1 truncate" title={summary}>
            {summary}
          </span>
          {progress?.total === undefined ? null : (
            <span className="shrink-0 tabular">
              {progress.done} / {progress.total}
              {progress.failed ? <span className="text-failed">, {progress.failed} failed</span> : null}
            </span>
          )}
        </p>
      </div>
      {empty && !readOnly ? (
        <button
          type="button"
          className="nodrag container-empty"
          onClick={(event) =>
            canvas.setState({
              quickAdd: { at: { x: event.clientX, y: event.clientY }, parentKey: id },
            })
          }
        >
          <Plus className="size-4" aria-hidden />
          Add the first step for each item
        </button>
      ) : null}
      <FarLabel name={name} manifest={manifest} status={run?.status ?? 'idle'} />
    </div>
  )
}
