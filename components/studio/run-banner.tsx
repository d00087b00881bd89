'use client'
import { useApi } from '#components/api/api.tsx'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, History, RotateCcw } from 'lucide-react'
import Link from 'next/link'
import { Island } from './island.tsx'

/** Says that a past run is shown and leads back to the draft. */
export function RunBanner({ left, right }: { left: number; right: number }) {
  const mode = useEditor((state) => state.mode)
  const pipelineId = useEditor((state) => state.pipelineId)
  const editor = useEditorApi()
  const retryable = useEditor((state) => state.run?.retryable === true)
  const api = useApi()
  const run = useQuery({
    ...api.runs.get.queryOptions({ runId: mode.kind === 'run' ? mode.runId : '' }),
    enabled: mode.kind === 'run',
  })
  if (mode.kind !== 'run') return null
  return (
    <div className="pointer-events-none absolute top-17 z-10 flex justify-center px-3" style={{ left, right }}>
      <Island
        role="status"
        className="pointer-events-auto static flex min-h-10 items-center gap-3 border-accent/50 bg-accent-soft py-1 pl-3 pr-1.5 text-sm"
      >
        <History className="size-4 shrink-0 text-accent-text" aria-hidden />
        <span>
          Run from {run.data ? <RelativeTime value={run.data.createdAt} /> : 'earlier'}
          <span className="hidden sm:inline">, with the pipeline as it was then</span>. Read only.
          {run.data?.sourceRunId ? (
            <>
              {' '}
              <Link
                href={`/p/${pipelineId}?run=${run.data.sourceRunId}`}
                className="text-accent-text underline underline-offset-2"
              >
                Made from an earlier run
              </Link>
            </>
          ) : null}
        </span>
        {retryable ? (
          <Button size="sm" onClick={() => editor.runs.retry()} title="A new run that carries out only what failed">
            <RotateCcw /> Retry
          </Button>
        ) : null}
        <Button asChild size="sm">
          <a
            href={`/p/${pipelineId}`}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return
              event.preventDefault()
              // The draft is still open behind the run: nothing has to be asked of the server.
              history.pushState(null, '', `/p/${pipelineId}`)
            }}
          >
            <ArrowLeft />
            Back to the draft
          </a>
        </Button>
      </Island>
    </div>
  )
}
