'use client'
import { DropdownMenu } from '#components/ui/dropdown-menu.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { StatusIcon, statusLooks } from '#components/ui/status-icon.tsx'
import { Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { type PipelineItem, usePipelineActions } from './pipeline-actions.tsx'
import { RenameDialog } from './rename-dialog.tsx'

/** The dense view: one row a pipeline. */
export function PipelineTable({ pipelines }: { pipelines: PipelineItem[] }) {
  return (
    <div className="overflow-x-auto rounded-md border bg-surface">
      <table className="w-full text-sm">
        <thead>
          <tr className="border-b text-left text-xs text-text-quiet [&_th]:px-4 [&_th]:py-2 [&_th]:font-medium">
            <th scope="col">Name</th>
            <th scope="col">Last run</th>
            <th scope="col" className="text-right">
              Steps
            </th>
            <th scope="col" className="hidden sm:table-cell">
              Changed
            </th>
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {pipelines.map((pipeline) => (
            <PipelineRow key={pipeline.id} pipeline={pipeline} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function PipelineRow({ pipeline }: { pipeline: PipelineItem }) {
  const actions = usePipelineActions()
  const [renaming, setRenaming] = useState(false)
  const run = pipeline.lastRun
  return (
    <tr className="relative border-b last:border-0 hover:bg-surface-quiet [&_td]:px-4 [&_td]:py-2">
      <td className="max-w-0 w-1/2">
        <Link
          href={`/p/${pipeline.id}`}
          className="block truncate font-medium after:absolute after:inset-0"
          title={pipeline.name}
        >
          {pipeline.name}
        </Link>
      </td>
      <td className="whitespace-nowrap text-text-quiet">
        {run ? (
          <span className="inline-flex items-center gap-1.5">
            <StatusIcon status={run.status} className="size-3.5" />
            <span className="hidden md:inline">{statusLooks[run.status].title}</span>{' '}
            <RelativeTime value={run.startedAt} />
          </span>
        ) : (
          'Never'
        )}
      </td>
      <td className="text-right text-text-quiet tabular">{pipeline.stepCount}</td>
      <td className="hidden whitespace-nowrap text-text-quiet sm:table-cell">
        <RelativeTime value={pipeline.updatedAt} />
      </td>
      <td className="relative z-10 w-10 py-1! text-right">
        <DropdownMenu
          groups={actions(pipeline, () => setRenaming(true))}
          trigger={
            <IconButton label={`More for ${pipeline.name}`} size="sm">
              <Ellipsis />
            </IconButton>
          }
        />
        {renaming ? <RenameDialog pipeline={pipeline} onClose={() => setRenaming(false)} /> : null}
      </td>
    </tr>
  )
}
