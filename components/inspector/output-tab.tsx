'use client'
import { useEditorApi, useStepRun, useStepView } from '#components/editor/editor.ts'
import {
  dragReference,
  ErrorPanel,
  expressionForColumn,
  expressionForPath,
  StepOutput,
  useRunFeed,
  useRunFeedValue,
  documentPathOf,
  itemIndexesOf,
} from '#components/runs/runs.ts'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { formatDuration, formatNumber } from '#components/ui/format.ts'
import { Select } from '#components/ui/select.tsx'
import { StatusIcon, statusLooks } from '#components/ui/status-icon.tsx'
import { toast } from '#components/ui/toast.tsx'
import { Play } from 'lucide-react'
import { useMemo, useState } from 'react'

/** What the step gave in the shown run: output, error, and for a step in a map each item's. */
export function OutputTab({ stepKey }: { stepKey: string }) {
  const editor = useEditorApi()
  const view = useStepView(stepKey)
  const feed = useRunFeed()
  const path = view?.path ?? ''
  const info = useStepRun(path)
  const inBody = path.includes('.')
  const [chosenItem, setChosenItem] = useState<string | null>(null)
  const runPaths = useRunPaths(path, inBody)
  const runPath = inBody ? (runPaths.find((candidate) => candidate === chosenItem) ?? runPaths[0] ?? null) : path
  const step = useRunFeedValue((current) => (runPath === null ? undefined : current.view.steps.get(runPath))) ?? null
  if (!view) return null
  if (!feed || !info) {
    return (
      <EmptyState
        title={feed ? 'Not reached in this run' : 'No output yet'}
        action={
          feed ? null : (
            <Button variant="primary" onClick={() => editor.actions.openDialog('run')}>
              <Play /> Run
            </Button>
          )
        }
      >
        {feed
          ? 'The run ended, or has not come, before this step.'
          : 'Run the pipeline and see here what this step gave.'}
      </EmptyState>
    )
  }
  const copyExpression = (keys: (string | number)[]) => {
    const text = `{{ ${expressionForPath(view.step.id, keys)} }}`
    void navigator.clipboard.writeText(text).then(
      () => toast(`Copied ${text}`),
      () => toast.error('The browser refused to copy'),
    )
  }
  const dragOutput = (data: DataTransfer, keys: (string | number)[], column?: string) =>
    dragReference(data, {
      expression:
        column === undefined ? expressionForPath(view.step.id, keys) : expressionForColumn(view.step.id, keys, column),
      stepKey,
    })
  const shown = step ?? null
  return (
    <div className="flex flex-col gap-3 p-4">
      <p className="flex items-center gap-2 text-sm">
        <StatusIcon status={shown?.status ?? info.status} />
        {statusLooks[shown?.status ?? info.status].title}
        <span className="text-text-quiet tabular">
          {shown?.durationMs ? formatDuration(shown.durationMs) : null}
          {shown && shown.attempt > 1 ? `, attempt ${shown.attempt}` : null}
          {shown?.cached ? ', from the cache' : null}
        </span>
      </p>
      {info.skippedBecause ? <p className="text-sm text-text-quiet">{info.skippedBecause}.</p> : null}
      {shown?.status === 'cancelled' ? (
        <p className="text-sm text-text-quiet">It was stopped, because the run ended.</p>
      ) : null}
      {info.items ? (
        <>
          <p className="text-xs text-text-quiet tabular">
            {formatNumber(info.items.succeeded)} of {formatNumber(info.items.total)} items succeeded
            {info.items.failed > 0 ? `, ${formatNumber(info.items.failed)} failed` : ''}
            {info.items.skipped > 0 ? `, ${formatNumber(info.items.skipped)} skipped` : ''}
          </p>
          {runPaths.length > 0 ? (
            <Select
              aria-label="Item"
              value={runPath ?? ''}
              onValueChange={setChosenItem}
              options={runPaths
                .slice(0, 500)
                .map((candidate) => ({ value: candidate, title: `Item ${itemIndexesOf(candidate).join(' / ')}` }))}
            />
          ) : null}
        </>
      ) : null}
      {info.progress?.total !== undefined ? (
        <p className="text-xs text-text-quiet tabular">
          {formatNumber(info.progress.done)} of {formatNumber(info.progress.total)} items done
          {info.progress.failed ? `, ${formatNumber(info.progress.failed)} failed` : ''}
        </p>
      ) : null}
      {shown?.error ? <ErrorPanel error={shown.error} attempt={shown.attempt} /> : null}
      {info.streamedText ? <p className="whitespace-pre-wrap text-sm">{info.streamedText}</p> : null}
      {shown?.output && runPath ? (
        <StepOutput path={runPath} onPick={copyExpression} onDragValue={dragOutput} maxHeight={520} />
      ) : null}
    </div>
  )
}

const none: readonly string[] = []

/** The run paths of a step in a map's body, failed ones first: they are what people look for. */
function useRunPaths(path: string, inBody: boolean): readonly string[] {
  const view = useRunFeedValue((feed) => feed.view)
  return useMemo(() => {
    if (!view || !inBody) return none
    const found = [...view.steps.values()].filter((step) => documentPathOf(step.path) === path)
    const failed = found.filter((step) => step.status === 'failed')
    return [...failed, ...found.filter((step) => step.status !== 'failed')].map((step) => step.path)
  }, [view, path, inBody])
}
