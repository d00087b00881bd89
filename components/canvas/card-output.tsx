import type { StepRunInfo } from '#components/editor/editor.ts'
import { formatNumber } from '#components/ui/format.ts'
import { memo, type ReactNode } from 'react'
import { ValuePreview } from './value-preview.tsx'

/** The lower block of a card: streamed text with a caret, the error, progress, or a preview of the output. */
export const CardOutput = memo(function CardOutput({ run }: { run: StepRunInfo }) {
  const content = contentOf(run)
  if (!content) return null
  return (
    <div className="card-detail card-output" data-tone={run.status === 'failed' ? 'failed' : undefined}>
      {content}
    </div>
  )
})

function contentOf(run: StepRunInfo) {
  if (run.streamedText !== undefined && run.status === 'running') return <StreamedText text={run.streamedText} />
  if (run.error && (run.status === 'failed' || run.status === 'retrying' || run.items)) {
    return <p className="line-clamp-3 break-words text-xs leading-4 text-failed">{run.error.message}</p>
  }
  if (run.status === 'skipped') {
    return <Quiet>{run.skippedBecause ?? 'Skipped'}</Quiet>
  }
  if (run.status === 'paused') return <Quiet>Paused here, before it runs</Quiet>
  if (run.heldBy && (run.status === 'running' || run.status === 'queued')) {
    return <Quiet>Waits for a place at “{run.heldBy}”</Quiet>
  }
  if (run.streamed && run.status === 'running') {
    return <Quiet>{run.streamed === 1 ? '1 item' : `${formatNumber(run.streamed)} items`} so far</Quiet>
  }
  if (run.progress && run.status === 'running') return <Progress progress={run.progress} />
  // What was handed on one by one is not in the output any more.
  if (run.streamed && run.status === 'succeeded') {
    return <Quiet>{run.streamed === 1 ? '1 item' : `${formatNumber(run.streamed)} items`}, one after the other</Quiet>
  }
  if (run.output !== undefined) return <ValuePreview value={run.output} lengths={run.lengths} />
  return null
}

function Quiet({ children }: { children: ReactNode }) {
  return <p className="text-xs leading-4 text-text-quiet tabular">{children}</p>
}

function StreamedText({ text }: { text: string }) {
  // As high as the preview that follows it. The end is what is new: the beginning leaves at the top.
  return (
    <div className="flex h-16 flex-col-reverse overflow-hidden">
      <p className="mb-auto whitespace-pre-wrap break-words text-xs leading-4">
        {text.slice(-600)}
        <span className="streaming-caret" />
      </p>
    </div>
  )
}

function Progress({ progress }: { progress: NonNullable<StepRunInfo['progress']> }) {
  const { done, total, failed, message } = progress
  return (
    <div className="text-xs leading-4 text-text-quiet tabular">
      {message ? <p className="truncate">{message}</p> : null}
      <p>
        {total === undefined ? done : `${done} / ${total}`}
        {failed ? `, ${failed} failed` : ''}
      </p>
    </div>
  )
}
