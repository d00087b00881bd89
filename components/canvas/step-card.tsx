'use client'
import { Handle, type NodeProps, Position } from '@xyflow/react'
import { displayName, useEditor, useStepRun, useStepView } from '#components/editor/editor.ts'
import { classNames } from '#components/ui/class-names.ts'
import { summarizeStep } from '#pipeline/summary.ts'
import { memo, useMemo } from 'react'
import { CardHeader, FarLabel, ProblemBadge } from './card-header.tsx'
import { CalledPipeline } from './called-pipeline.tsx'
import { CardOutput } from './card-output.tsx'
import { CardWait } from './card-wait.tsx'
import type { StepNode } from './canvas-store.ts'
import { PolicyChips } from './policy-chips.tsx'
import { countCardRender } from './render-counts.ts'
import { type ListedPort, useOutputPorts, usePortsMeasured } from './use-output-ports.ts'

/** One step on the canvas, drawn from its manifest. Renders again only when its own step, run or problems change. */
export const StepCard = memo(
  function StepCard({ id, selected }: NodeProps<StepNode>) {
    countCardRender(id)
    const view = useStepView(id)
    if (!view) return null
    return <Card id={id} selected={selected} />
  },
  (before, after) => before.id === after.id && before.selected === after.selected,
)

function Card({ id, selected }: { id: string; selected: boolean }) {
  const view = useStepView(id)!
  const manifest = useEditor((state) => state.manifests.get(view.step.type))
  const problems = useEditor((state) => state.problemsByPath[view.path])
  const run = useStepRun(view.path)
  const pinned = useEditor((state) => state.pins[view.path] !== undefined)
  const stale = useEditor((state) => state.staleSteps[id] === true)
  const summary = useMemo(() => (manifest ? summarizeStep(manifest, view.step) : ''), [manifest, view.step])
  const { main, listed } = useOutputPorts(id, view.step, manifest)
  const rows = listed.filter((port) => !isStream(port))
  const name = displayName(view.step, manifest)
  const status = run?.status ?? 'idle'
  const hasInput = !manifest || manifest.inputPorts.length > 0

  usePortsMeasured(id, [main, ...listed.map((port) => port.name)].join(' '))

  return (
    <div
      className={classNames('step-card', selected && 'step-card-selected', view.step.disabled && 'step-card-disabled')}
      data-status={status}
      data-stale={stale || undefined}
      data-step={view.path}
      data-category={manifest?.category}
    >
      {hasInput ? <Handle id="in" type="target" position={Position.Left} className="port" style={{ top: 18 }} /> : null}
      {main === null ? null : (
        <Handle id={main} type="source" position={Position.Right} className="port" style={{ top: 18 }} />
      )}
      <ProblemBadge problems={problems} />
      <CardHeader
        name={name}
        manifest={manifest}
        run={run}
        stale={stale}
        disabled={view.step.disabled === true}
        type={view.step.type}
        pinned={pinned}
      />
      {manifest?.container?.kind === 'call' ? (
        <CalledPipeline id={view.step.with?.pipeline} version={view.step.with?.version} />
      ) : summary && summary !== name ? (
        // The padding is outside: clamped text would show through it.
        <div className="card-detail px-3 pb-2">
          <p className="line-clamp-2 text-xs leading-4 text-text-quiet" title={summary}>
            {summary}
          </p>
        </div>
      ) : null}
      <PolicyChips step={view.step} />
      {listed.some(isStream) ? (
        <Handle
          id="stream"
          type="source"
          position={Position.Right}
          className="port port-stream frame-port"
          style={{ top: 42 }}
          title="Items one after the other, before the step has ended"
          data-title="Stream"
        />
      ) : null}
      {rows.length > 0 ? (
        <ul className="pb-1.5">
          {rows.map((port) => (
            <li key={port.name} className="relative h-5">
              <span className="card-detail flex h-5 items-center justify-end gap-1 pr-3 text-2xs text-text-quiet">
                {port.title}
              </span>
              <Handle
                id={port.name}
                type="source"
                position={Position.Right}
                className={classNames(
                  'port',
                  port.kind === 'error' && 'port-error',
                  port.kind === 'missing' && 'port-missing',
                )}
              />
            </li>
          ))}
        </ul>
      ) : null}
      {run?.wait ? <CardWait run={run} wait={run.wait} /> : run ? <CardOutput run={run} /> : null}
      <FarLabel name={name} manifest={manifest} status={status} />
    </div>
  )
}

/** Items one after the other leave by a port of their own look, close to the one for the whole. */
const isStream = (port: ListedPort): boolean => port.name === 'stream' && port.kind === 'normal'
