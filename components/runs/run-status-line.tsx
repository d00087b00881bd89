'use client'
import { useEditor } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { formatDuration } from '#components/ui/format.ts'
import { StatusIcon, statusLooks } from '#components/ui/status-icon.tsx'
import type { RunView } from '#pipeline/run-view.ts'
import Link from 'next/link'
import { useEffect, useState } from 'react'
import { useRunFeed, useRunFeedValue } from './run-context.tsx'

/** Status and duration of the shown run in one quiet line; the duration counts while it runs. */
export function RunStatusLine({ withSource = false }: { withSource?: boolean }) {
  const view = useRunFeedValue((feed) => feed.view)
  const failure = useRunFeedValue((feed) => feed.error)
  const now = useNow(view !== null && view.startedAt !== null && view.finishedAt === null)
  const feed = useRunFeed()
  const pipelineId = useEditor((state) => state.pipelineId)
  if (feed && failure) {
    return (
      <span role="status" className="flex min-w-0 items-center gap-2 text-xs text-failed">
        <span className="truncate" title={failure}>
          {failure}
        </span>
        <Button size="sm" onClick={() => feed.retry()}>
          Try again
        </Button>
      </span>
    )
  }
  if (!view || view.seq === 0) return null
  const duration = view.durationMs ?? (view.startedAt === null ? null : Math.max(now - view.startedAt, 0))
  return (
    <span role="status" className="flex items-center gap-1.5 whitespace-nowrap text-xs text-text-quiet tabular">
      <StatusIcon status={view.status} className="size-3.5" />
      <span className="hidden sm:inline">{wordsOf(view)}</span>
      {withSource && view.source && pipelineId ? (
        <Link
          href={`/p/${pipelineId}?run=${view.source}`}
          className="text-text-quiet underline-offset-2 hover:text-text hover:underline max-md:hidden"
          title="It uses outputs of an earlier run. Open that one"
        >
          from an earlier run
        </Link>
      ) : null}
      {duration === null ? null : formatDuration(duration)}
    </span>
  )
}

/** `Stopping` while steps wind down, `Pausing` while those in flight go on to their end. */
function wordsOf({ status, finishedAt, cancelRequested, limitReached, paused }: RunView): string {
  if (finishedAt === null && (cancelRequested || limitReached)) return 'Stopping'
  if (status === 'running' && paused) return 'Pausing'
  return statusLooks[status].title
}

/** The time, again about ten times a second while `active`. */
export function useNow(active: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!active) return undefined
    const timer = setInterval(() => setNow(Date.now()), 100)
    return () => clearInterval(timer)
  }, [active])
  return now
}
