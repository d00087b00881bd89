'use client'
import { apiClient, errorInfoOf, errorMessageOf, useApi } from '#components/api/api.tsx'
import { DropdownMenu } from '#components/ui/dropdown-menu.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import type { MenuAction } from '#components/ui/menu-class.ts'
import { toast } from '#components/ui/toast.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { ArrowUpRight, Bookmark, BookmarkX, CircleStop, Ellipsis, History, RotateCcw } from 'lucide-react'
import { useRouter } from 'next/navigation'
import type { RunItem } from './run-table.tsx'

const ended = (run: RunItem): boolean => run.finishedAt !== null

/** What can be done with a run without opening it. */
export function RunMenu({ run }: { run: RunItem }) {
  const api = useApi()
  const queryClient = useQueryClient()
  const router = useRouter()
  const say = (error: unknown): void =>
    void toast.error(errorMessageOf(error), { description: errorInfoOf(error)?.fix })
  const change = (request: Promise<unknown>): void =>
    void request.catch(say).finally(() => void queryClient.invalidateQueries(api.runs.list.pathFilter()))
  const open = (runId: string): void => router.push(`/p/${run.pipelineId}?run=${runId}`)
  const retryable = run.status === 'failed' || run.status === 'cancelled'
  const about: MenuAction[] = []
  if (run.pipelineId !== null) {
    about.push({ id: 'open', title: 'Open', icon: <ArrowUpRight />, run: () => open(run.id) })
    const { sourceRunId } = run
    if (sourceRunId !== null) {
      about.push({ id: 'source', title: 'Open the run it came from', icon: <History />, run: () => open(sourceRunId) })
    }
  }
  const actions: MenuAction[] = []
  if (retryable && run.pipelineId !== null) {
    actions.push({
      id: 'retry',
      title: 'Retry from the failed step',
      icon: <RotateCcw />,
      run: () => void apiClient.runs.retry.mutate({ runId: run.id }).then(({ runId }) => open(runId), say),
    })
  }
  if (!ended(run)) {
    actions.push({
      id: 'cancel',
      title: 'Stop',
      icon: <CircleStop />,
      run: () => change(apiClient.runs.cancel.mutate({ runId: run.id })),
    })
  }
  actions.push({
    id: 'keep',
    title: run.keep ? 'Keep no longer' : 'Keep for good',
    icon: run.keep ? <BookmarkX /> : <Bookmark />,
    run: () => change(apiClient.runs.keep.mutate({ runId: run.id, keep: !run.keep })),
  })
  return (
    <DropdownMenu
      groups={[about, actions].filter((group) => group.length > 0)}
      trigger={
        // Above the link that covers the row.
        <IconButton label={`More for the run of ${run.pipelineName}`} size="sm" className="relative z-1">
          <Ellipsis />
        </IconButton>
      }
    />
  )
}
