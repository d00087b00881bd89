'use client'
import { apiClient, type ApiOutputs, errorMessageOf, useApi } from '#components/api/api.tsx'
import type { MenuGroups } from '#components/ui/menu-class.ts'
import { toast } from '#components/ui/toast.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { Copy, Download, FolderOpen, PenLine, Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { downloadText } from './download-text.ts'

export type PipelineItem = ApiOutputs['pipelines']['list']['items'][number]

/** What can be done with a pipeline from a list: one menu for the card, the row and their context menus. */
export function usePipelineActions(): (pipeline: PipelineItem, rename: () => void) => MenuGroups {
  const api = useApi()
  const queryClient = useQueryClient()
  const router = useRouter()

  const refresh = () => queryClient.invalidateQueries(api.pipelines.list.pathFilter())
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      toast.error(errorMessageOf(error))
    }
    await refresh()
  }

  return (pipeline, rename) => [
    [
      { id: 'open', title: 'Open', icon: <FolderOpen />, run: () => router.push(`/p/${pipeline.id}`) },
      { id: 'rename', title: 'Rename', icon: <PenLine />, run: rename },
      {
        id: 'duplicate',
        title: 'Duplicate',
        icon: <Copy />,
        run: () =>
          void attempt(async () => {
            const copy = await apiClient.pipelines.duplicate.mutate({ id: pipeline.id })
            toast(`Made “${copy.name}”`, { action: { label: 'Open', onClick: () => router.push(`/p/${copy.id}`) } })
          }),
      },
      {
        id: 'export',
        title: 'Export as YAML',
        icon: <Download />,
        run: () =>
          void attempt(async () => {
            const { name, yaml } = await apiClient.pipelines.exportYaml.query({ id: pipeline.id })
            downloadText(
              `${
                name
                  .replace(/[^\p{L}\p{N}]+/gu, '-')
                  .replace(/^-|-$/g, '')
                  .toLowerCase() || 'pipeline'
              }.yaml`,
              yaml,
            )
          }),
      },
    ],
    [
      {
        id: 'delete',
        title: 'Delete',
        icon: <Trash2 />,
        danger: true,
        run: () =>
          void attempt(async () => {
            await apiClient.pipelines.delete.mutate({ id: pipeline.id })
            toast(`Deleted “${pipeline.name}”`, {
              duration: 10_000,
              action: {
                label: 'Undo',
                onClick: () => void attempt(() => apiClient.pipelines.restore.mutate({ id: pipeline.id })),
              },
            })
          }),
      },
    ],
  ]
}
