'use client'
import { displayName, useEditorApi } from '#components/editor/editor.ts'
import { useApi } from '#components/api/api.tsx'
import { formatDuration, formatNumber } from '#components/ui/format.ts'
import { IconButton } from '#components/ui/icon-button.tsx'
import { StatusIcon, statusLooks } from '#components/ui/status-icon.tsx'
import { ValueView, type ValueViewProps } from '#components/ui/value-view.tsx'
import { stepViewOf } from '#pipeline/run-view.ts'
import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { documentPathOf, itemIndexesOf } from './document-path.ts'
import { dragReference } from './drag-reference.ts'
import { ErrorPanel } from './error-panel.tsx'
import { expressionForColumn, expressionForPath } from './expression-for-path.ts'
import { useRunFeed, useRunFeedValue } from './run-context.tsx'

/** One step of the shown run: what went in, what came out, what went wrong. */
export function StepRunDetail({
  path,
  onClose,
  onPath,
}: {
  path: string
  onClose(): void
  onPath(path: string): void
}) {
  const editor = useEditorApi()
  const view = useRunFeedValue((feed) => feed.view)
  if (!view) return null
  const step = stepViewOf(view, path)
  const documentPath = documentPathOf(path)
  const id = documentPath.split('.').at(-1)!
  const key = editor.keyOfPath(documentPath)
  const { steps, manifests } = editor.store.getState()
  const shown = key === undefined ? undefined : steps[key]?.step
  const name = shown ? displayName(shown, manifests.get(shown.type)) : documentPath
  const indexes = itemIndexesOf(path)
  const dragOutput = (data: DataTransfer, keys: (string | number)[], column?: string) =>
    dragReference(data, {
      expression: column === undefined ? expressionForPath(id, keys) : expressionForColumn(id, keys, column),
      stepKey: key ?? null,
    })
  return (
    <aside
      aria-label={`Step ${name}`}
      className="flex min-h-0 w-full shrink-0 flex-col border-t sm:w-[420px] sm:border-l sm:border-t-0"
    >
      <header className="flex items-center gap-2 border-b py-1 pl-3 pr-1 text-sm">
        <StatusIcon status={step.status} />
        <span className="min-w-0 flex-1 truncate text-sm font-medium" title={path}>
          {name}
          {indexes.length > 0 ? (
            <span className="font-normal text-text-quiet"> of item {indexes.join(' / ')}</span>
          ) : null}
        </span>
        <span className="whitespace-nowrap text-xs text-text-quiet tabular">
          {statusLooks[step.status].title}
          {step.durationMs === null ? '' : ` in ${formatDuration(step.durationMs)}`}
          {step.attempt > 1 ? `, attempt ${step.attempt}` : ''}
        </span>
        <IconButton label="Close the step" size="sm" onClick={onClose}>
          <X />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 space-y-3 overflow-y-auto p-3">
        {step.error ? <ErrorPanel error={step.error} attempt={step.attempt} /> : null}
        {step.items && step.items.failures.length > 0 ? (
          <section>
            <h2 className="mb-1 text-xs font-medium text-text-quiet">
              {formatNumber(step.items.failed)} of {formatNumber(step.items.count)} items failed
            </h2>
            <ul className="divide-y rounded-sm border text-xs">
              {step.items.failures.slice(0, 20).map((failure) => (
                <li key={failure.index}>
                  <button
                    type="button"
                    className="flex w-full gap-2 px-2 py-1 text-left hover:bg-surface-quiet"
                    onClick={() => onPath(failure.error.step ?? `${path}[${failure.index}]`)}
                  >
                    <span className="text-text-faint tabular">{failure.index}</span>
                    <span className="min-w-0 truncate text-failed">{failure.error.message}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
        {step.output ? (
          <section>
            <h2 className="text-xs font-medium text-text-quiet">Output</h2>
            <StepOutput path={path} onDragValue={dragOutput} />
          </section>
        ) : null}
        {step.inputs === undefined || step.inputs === null ? null : (
          <section>
            <h2 className="text-xs font-medium text-text-quiet">Settings as resolved</h2>
            <ValueView value={step.inputs} maxHeight={260} />
          </section>
        )}
      </div>
    </aside>
  )
}

/** The whole output of a step of the shown run; large ones are fetched when they are looked at. */
export function StepOutput({
  path,
  onPick,
  onDragValue,
  maxHeight,
}: Pick<ValueViewProps, 'onPick' | 'onDragValue'> & {
  path: string
  maxHeight?: number
}) {
  const api = useApi()
  const feed = useRunFeed()
  const stored = useRunFeedValue((current) => stepViewOf(current.view, path).output)
  const large = stored !== null && 'blob' in stored
  const whole = useQuery({
    ...api.runs.value.queryOptions({ runId: feed?.runId ?? '', path }),
    enabled: large && feed !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (!stored) return null
  const value = 'value' in stored ? stored.value : (whole.data?.value ?? stored.preview)
  return (
    <>
      {large && whole.isPending ? <p className="text-xs text-text-quiet">A part of it, the rest is loading …</p> : null}
      <ValueView value={value} onPick={onPick} onDragValue={onDragValue} maxHeight={maxHeight} />
    </>
  )
}
