'use client'
import { useApi, useLive } from '#components/api/api.tsx'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { formatDuration } from '#components/ui/format.ts'
import { Popover } from '#components/ui/popover.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { StatusIcon, statusLooks } from '#components/ui/status-icon.tsx'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { History } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'

/** Earlier runs of this pipeline; one opens on the canvas it ran with. */
export function RunHistory() {
  const [open, setOpen] = useState(false)
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="end"
      side="top"
      className="w-80 p-1"
      trigger={
        <Button size="sm" variant="ghost">
          <History /> <span className="max-sm:sr-only">History</span>
        </Button>
      }
    >
      <HistoryList close={() => setOpen(false)} />
    </Popover>
  )
}

function HistoryList({ close }: { close(): void }) {
  const api = useApi()
  const queryClient = useQueryClient()
  const editor = useEditorApi()
  const pipelineId = useEditor((state) => state.pipelineId)
  const shown = useEditor((state) => state.runId)
  const list = useQuery(api.runs.list.queryOptions({ pipelineId, limit: 20 }))
  useLive({ kind: 'runs' }, () => void queryClient.invalidateQueries(api.runs.list.pathFilter()))
  const runs = list.data?.items ?? []
  if (list.isPending) return <p className="px-3 py-2 text-sm text-text-quiet">Loading …</p>
  if (runs.length === 0) return <p className="px-3 py-2 text-sm text-text-quiet">This pipeline has not run yet.</p>
  return (
    <ul className="max-h-80 overflow-y-auto text-sm">
      {runs.map((run) => (
        <li key={run.id}>
          <Link
            href={`/p/${pipelineId}?run=${run.id}`}
            aria-current={run.id === shown ? 'true' : undefined}
            onClick={() => {
              editor.actions.setPanels({ drawer: true })
              close()
            }}
            className="flex items-center gap-2 rounded-sm px-2 py-1.5 hover:bg-surface-strong aria-[current]:bg-accent-soft"
          >
            <StatusIcon status={run.status} />
            <span className="min-w-0 flex-1 truncate">
              {statusLooks[run.status].title} <RelativeTime value={run.createdAt} className="text-text-quiet" />
            </span>
            <span className="text-xs text-text-quiet tabular">
              {run.durationMs === null ? '' : formatDuration(run.durationMs)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
