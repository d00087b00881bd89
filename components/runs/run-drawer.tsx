'use client'
import { useEditor, useEditorApi, type PanelsState } from '#components/editor/editor.ts'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import { Play } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { RunButtons } from './run-buttons.tsx'
import { RunEvents } from './run-events.tsx'
import { RunHistory } from './run-history.tsx'
import { RunStatusLine } from './run-status-line.tsx'
import { useRunFeed } from './run-context.tsx'
import { RunTimeline } from './run-timeline.tsx'
import { StepRunDetail } from './step-run-detail.tsx'

/** The bottom drawer: what the shown run did and when, and the problems of the draft. */
export function RunDrawer({ problems, actions }: { problems: ReactNode; actions?: ReactNode }) {
  const editor = useEditorApi()
  const tab = useEditor((state) => state.panels.drawerTab)
  const problemCount = useEditor((state) => state.problems.length)
  const errorCount = useEditor((state) => state.problems.filter((problem) => problem.severity === 'error').length)
  const feed = useRunFeed()
  const [chosen, setChosen] = useState<{ runId: string; path: string } | null>(null)
  const path = chosen && chosen.runId === feed?.runId ? chosen.path : null
  const choose = (next: string | null) => setChosen(next === null || !feed ? null : { runId: feed.runId, path: next })
  const withDetail = (content: ReactNode) =>
    feed ? (
      <div className="flex h-full min-h-0 flex-col sm:flex-row">
        <div className="min-h-0 min-w-0 flex-1 overflow-hidden">{content}</div>
        {path ? <StepRunDetail key={path} path={path} onClose={() => choose(null)} onPath={choose} /> : null}
      </div>
    ) : (
      <NoRun />
    )
  return (
    <Tabs
      value={tab}
      onValueChange={(value) => editor.actions.setPanels({ drawerTab: value as PanelsState['drawerTab'] })}
      actions={
        <div className="flex items-center gap-2">
          <RunStatusLine withSource />
          <RunButtons />
          <RunHistory />
          {actions}
        </div>
      }
      tabs={[
        { value: 'timeline', title: 'Timeline', content: withDetail(<RunTimeline chosen={path} onChoose={choose} />) },
        { value: 'events', title: 'Events', content: withDetail(<RunEvents onChoose={choose} />) },
        {
          value: 'problems',
          title: (
            <>
              Problems{' '}
              {problemCount > 0 ? <Badge tone={errorCount > 0 ? 'failed' : 'waiting'}>{problemCount}</Badge> : null}
            </>
          ),
          content: problems,
        },
      ]}
    />
  )
}

function NoRun() {
  const editor = useEditorApi()
  return (
    <EmptyState
      title="No run is shown"
      action={
        <Button variant="primary" onClick={() => editor.actions.openDialog('run')}>
          <Play /> Run
        </Button>
      }
    >
      Run the pipeline, or open an earlier run from History, and see what each step did here.
    </EmptyState>
  )
}
