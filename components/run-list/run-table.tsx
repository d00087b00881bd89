'use client'
import type { ApiOutputs } from '#components/api/api.tsx'
import { formatCost, formatDuration } from '#components/ui/format.ts'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { StatusIcon, statusLooks } from '#components/ui/status-icon.tsx'
import { Bookmark } from 'lucide-react'
import Link from 'next/link'
import { memo } from 'react'
import { RunMenu } from './run-menu.tsx'
import { triggers } from './source-filter.tsx'

export type RunItem = ApiOutputs['runs']['list']['items'][number]

/** The dense table of runs; the bar compares durations within what is loaded. */
export function RunTable({ runs }: { runs: RunItem[] }) {
  const longest = runs.reduce((most, run) => Math.max(most, run.durationMs ?? 0), 1)
  return (
    <div className="overflow-x-auto rounded-md border bg-surface">
      <table className="w-full text-sm">
        <thead>
          <tr className="border-b text-left text-xs text-text-quiet [&_th]:px-4 [&_th]:py-2 [&_th]:font-medium">
            <th scope="col">
              <span className="sr-only sm:not-sr-only">Status</span>
            </th>
            <th scope="col">Pipeline</th>
            <th scope="col" className="hidden lg:table-cell">
              Version
            </th>
            <th scope="col" className="hidden lg:table-cell">
              Started by
            </th>
            <th scope="col" className="hidden sm:table-cell">
              Duration
            </th>
            <th scope="col" className="hidden text-right md:table-cell">
              Cost
            </th>
            <th scope="col" className="text-right">
              Started
            </th>
            <th scope="col">
              <span className="sr-only">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunRow key={run.id} run={run} share={(run.durationMs ?? 0) / longest} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

const RunRow = memo(function RunRow({ run, share }: { run: RunItem; share: number }) {
  return (
    <tr className="relative border-b last:border-0 hover:bg-surface-quiet [&_td]:px-4 [&_td]:py-1.5">
      <td className="w-10 whitespace-nowrap sm:w-36">
        <span className="flex items-center gap-2">
          <StatusIcon status={run.status} />
          <span className="hidden sm:inline">{statusLooks[run.status].title}</span>
          {run.keep ? <Bookmark className="size-3.5 text-text-faint" role="img" aria-label="Kept for good" /> : null}
        </span>
      </td>
      <td className="w-full max-w-0 sm:w-1/3">
        {run.pipelineId ? (
          <Link
            href={`/p/${run.pipelineId}?run=${run.id}`}
            className="block truncate font-medium after:absolute after:inset-0"
            title={run.pipelineName}
          >
            {run.pipelineName}
          </Link>
        ) : (
          <span className="block truncate font-medium" title="The pipeline of this run is deleted">
            {run.pipelineName}
          </span>
        )}
        {run.sourceRunId ? <span className="block truncate text-xs text-text-quiet">From an earlier run</span> : null}
        {run.error ? (
          <span className="block truncate text-xs text-failed" title={run.error.message}>
            {run.error.message}
          </span>
        ) : null}
      </td>
      <td className="hidden text-text-quiet lg:table-cell">
        {run.versionNumber === null ? 'Draft' : `v${run.versionNumber}`}
      </td>
      <td className="hidden text-text-quiet lg:table-cell">{triggers[run.trigger]}</td>
      <td className="hidden w-40 sm:table-cell">
        {run.durationMs === null ? (
          <span className="block w-16 text-right text-text-faint" title="It has not ended">
            –
          </span>
        ) : (
          <span className="flex items-center gap-2">
            <span className="w-16 text-right tabular">{formatDuration(run.durationMs)}</span>
            <span className="h-1 w-16 overflow-hidden rounded-full bg-surface-strong" aria-hidden>
              <span
                className="block h-full rounded-full bg-line-strong"
                style={{ width: `${Math.max(share * 100, 3)}%` }}
              />
            </span>
          </span>
        )}
      </td>
      <td className="hidden text-right text-text-quiet tabular md:table-cell">{formatCost(run.costUsd)}</td>
      <td className="whitespace-nowrap text-right text-text-quiet">
        <RelativeTime value={run.startedAt ?? run.createdAt} />
      </td>
      <td className="w-10 pl-0! text-right">
        <RunMenu run={run} />
      </td>
    </tr>
  )
})
