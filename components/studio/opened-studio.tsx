'use client'
import { EditorProvider } from '#components/editor/editor.ts'
import { RunFeedProvider } from '#components/runs/runs.ts'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { FileQuestion, Unplug } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { StudioSkeleton } from './studio-skeleton.tsx'
import { StudioView } from './studio-view.tsx'
import { useOpenDraft, useOpenRun } from './use-open-editor.ts'

/** One pipeline in the full window: its draft, or with `?run=` a past run on the document it ran with. */
export function OpenedStudio({ pipelineId }: { pipelineId: string }) {
  const runId = useSearchParams().get('run')
  const [attempt, setAttempt] = useState(0)
  // The draft stays open behind a past run, so that going back is immediate and keeps its undo steps.
  const draft = useOpenDraft(pipelineId, attempt)
  const run = useOpenRun(runId)
  const shown = run ?? draft
  if (shown.status === 'loading') return <StudioSkeleton />
  if (shown.status === 'not-found') {
    return (
      <main className="flex h-dvh items-center justify-center">
        <EmptyState
          icon={<FileQuestion />}
          title={run ? 'This run does not exist' : 'This pipeline does not exist'}
          action={
            <Button asChild variant="primary">
              <Link href={run ? `/p/${pipelineId}` : '/'}>{run ? 'Open the pipeline' : 'All pipelines'}</Link>
            </Button>
          }
        >
          {run ? 'It may have been deleted with its pipeline.' : 'It may have been deleted, or the link is wrong.'}
        </EmptyState>
      </main>
    )
  }
  if (shown.status === 'error') {
    return (
      <main className="flex h-dvh items-center justify-center">
        <EmptyState
          icon={<Unplug />}
          title="The pipeline could not be opened"
          action={
            <Button variant="primary" onClick={() => setAttempt(attempt + 1)}>
              Try again
            </Button>
          }
        >
          {shown.message}
        </EmptyState>
      </main>
    )
  }
  return (
    <EditorProvider key={runId ?? pipelineId} editor={shown.editor}>
      <RunFeedProvider>
        <StudioView />
      </RunFeedProvider>
    </EditorProvider>
  )
}
