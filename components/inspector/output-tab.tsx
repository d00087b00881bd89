'use client'
import { useEditor, useEditorApi, useStepRun, useStepView } from '#components/editor/editor.ts'
import {
  dragReference,
  ErrorPanel,
  expressionForColumn,
  expressionForPath,
  StepOutput,
  useRunFeed,
  useRunFeedValue,
  waitWords,
} from '#components/runs/runs.ts'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { formatNumber } from '#components/ui/format.ts'
import { toast } from '#components/ui/toast.tsx'
import { Deadline } from '#components/waits/waits.ts'
import { Pin, Play } from 'lucide-react'
import { useState } from 'react'
import { ItemSelect } from './item-select.tsx'
import { OutputStatus } from './output-status.tsx'
import { PinEditor, PinnedOutput } from './pinned-output.tsx'

/** What the step gave in the shown run: output, error, and for a step in a map or loop each item's; and its pinned output. */
export function OutputTab({ stepKey }: { stepKey: string }) {
  const editor = useEditorApi()
  const view = useStepView(stepKey)
  const feed = useRunFeed()
  const path = view?.path ?? ''
  const info = useStepRun(path)
  const pin = useEditor((state) => state.pins[path])
  const readOnly = useEditor((state) => state.readOnly)
  const [writing, setWriting] = useState(false)
  const shownPath = useRunFeedValue((current) => shownPathOf(current, path))
  const step =
    useRunFeedValue((current) => (shownPath === null ? undefined : current.view.steps.get(shownPath))) ?? null
  if (!view) return null
  const pinned = pin ? <PinnedOutput stepKey={stepKey} pin={pin} readOnly={readOnly} /> : null
  if (!feed || !info) {
    return (
      <div className="flex flex-col gap-3 p-4">
        {pinned}
        {writing ? (
          <PinEditor stepKey={stepKey} value={{}} onDone={() => setWriting(false)} />
        ) : pinned ? null : (
          <EmptyState
            title={feed ? 'Not reached in this run' : 'No output yet'}
            action={
              readOnly ? null : (
                <div className="flex flex-wrap justify-center gap-2">
                  <Button variant="primary" onClick={() => editor.runs.runStep(stepKey)}>
                    <Play /> Run this step
                  </Button>
                  <Button onClick={() => setWriting(true)}>
                    <Pin /> Write one
                  </Button>
                </div>
              )
            }
          >
            {feed
              ? 'The run ended, or has not come, before this step.'
              : 'Run the step and see here what it gives, or write what later steps should get.'}
          </EmptyState>
        )}
      </div>
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
  const canPin = !readOnly && !pin && step?.output
  return (
    <div className="flex flex-col gap-3 p-4">
      {pinned}
      <OutputStatus info={info} step={step} />
      {info.wait ? (
        <p className="text-sm text-text-quiet">
          {waitWords(info.wait)}
          {info.wait.until === undefined ? null : (
            <>
              , until <Deadline value={info.wait.until} />
            </>
          )}
        </p>
      ) : null}
      {feed.hasItems(path) ? <ItemSelect path={path} info={info} shown={shownPath} /> : null}
      {info.progress?.total !== undefined ? (
        <p className="text-xs text-text-quiet tabular">
          {formatNumber(info.progress.done)} of {formatNumber(info.progress.total)} items done
          {info.progress.failed ? `, ${formatNumber(info.progress.failed)} failed` : ''}
        </p>
      ) : null}
      {step?.error ? <ErrorPanel error={step.error} attempt={step.attempt} /> : null}
      {step?.fallback ? (
        <details className="text-sm">
          <summary className="cursor-pointer text-text-quiet">Its fallback ran. Why</summary>
          <div className="mt-2">
            <ErrorPanel error={step.fallback} />
          </div>
        </details>
      ) : null}
      {info.streamedText ? <p className="whitespace-pre-wrap text-sm">{info.streamedText}</p> : null}
      {step?.output && shownPath ? (
        <>
          <StepOutput path={shownPath} onPick={copyExpression} onDragValue={dragOutput} maxHeight={520} />
          {canPin ? (
            <div>
              <Button size="sm" onClick={() => editor.runs.pin(stepKey)}>
                <Pin /> Pin this output
              </Button>
            </div>
          ) : null}
        </>
      ) : null}
    </div>
  )
}

/** The run path the tab looks at: what the card shows, else the first one that failed, else the first. */
function shownPathOf(feed: NonNullable<ReturnType<typeof useRunFeed>>, path: string): string | null {
  if (!feed.hasItems(path)) return path
  const shown = feed.shownRunPath(path)
  if (shown !== null) return shown
  const paths = feed.runPathsOf(path)
  return paths.find((candidate) => feed.view.steps.get(candidate)?.status === 'failed') ?? paths[0] ?? null
}
