'use client'
import { DropdownMenu } from '#components/ui/dropdown-menu.tsx'
import { ContextMenu } from '#components/ui/context-menu.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { StatusIcon, statusLooks } from '#components/ui/status-icon.tsx'
import { formatDuration } from '#components/ui/format.ts'
import { Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { memo, useState } from 'react'
import { Miniature } from './miniature.tsx'
import { type PipelineItem, usePipelineActions } from './pipeline-actions.tsx'
import { RenameDialog } from './rename-dialog.tsx'

/** A pipeline with its picture, and how its last run went. */
export const PipelineCard = memo(function PipelineCard({ pipeline }: { pipeline: PipelineItem }) {
  const actions = usePipelineActions()
  const [renaming, setRenaming] = useState(false)
  const groups = actions(pipeline, () => setRenaming(true))
  return (
    <>
      <ContextMenu groups={groups}>
        <article className="group relative flex flex-col overflow-hidden rounded-md border bg-surface shadow-card transition-[border-color,box-shadow] duration-150 hover:border-line-strong/50 hover:shadow-float">
          <Miniature picture={pipeline.miniature} className="h-36 w-full border-b bg-canvas p-3" />
          <div className="flex flex-1 flex-col gap-1 px-4 pb-3 pt-3">
            <h2 className="truncate text-base font-medium" title={pipeline.name}>
              {/* The link covers the card; the menu stands above it. */}
              <Link
                href={`/p/${pipeline.id}`}
                className="outline-none after:absolute after:inset-0 after:rounded-md focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
              >
                {pipeline.name}
              </Link>
            </h2>
            <p className="line-clamp-2 min-h-[40px] text-sm text-text-quiet">
              {pipeline.description ?? (pipeline.stepCount === 0 ? 'Empty so far' : null)}
            </p>
            <LastRun pipeline={pipeline} />
          </div>
          <div className="absolute right-2 top-2 rounded-sm bg-surface/90 opacity-0 transition-opacity focus-within:opacity-100 group-hover:opacity-100 has-[[data-state=open]]:opacity-100 [@media(hover:none)]:opacity-100">
            <DropdownMenu
              groups={groups}
              trigger={
                <IconButton label={`More for ${pipeline.name}`} size="sm">
                  <Ellipsis />
                </IconButton>
              }
            />
          </div>
        </article>
      </ContextMenu>
      {renaming ? <RenameDialog pipeline={pipeline} onClose={() => setRenaming(false)} /> : null}
    </>
  )
})

/** One quiet line: how the last run went and when, else when the pipeline was changed. */
export function LastRun({ pipeline }: { pipeline: PipelineItem }) {
  const run = pipeline.lastRun
  const steps = `${pipeline.stepCount} ${pipeline.stepCount === 1 ? 'step' : 'steps'}`
  return (
    <p className="mt-auto flex min-w-0 pt-1 items-center gap-1.5 text-xs text-text-quiet tabular">
      {run ? (
        <>
          <StatusIcon status={run.status} className="size-3.5" />
          <span className="truncate">
            {statusLooks[run.status].title} <RelativeTime value={run.startedAt} />
            {run.durationMs === null ? null : ` in ${formatDuration(run.durationMs)}`}
          </span>
        </>
      ) : (
        <span className="truncate">
          Never run, changed <RelativeTime value={pipeline.updatedAt} />
        </span>
      )}
      <span className="ml-auto shrink-0">{steps}</span>
    </p>
  )
}
