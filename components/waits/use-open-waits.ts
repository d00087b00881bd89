'use client'
import { type ApiOutputs, useApi, useLive } from '#components/api/api.tsx'
import { useQuery, useQueryClient } from '@tanstack/react-query'

export type WaitItem = ApiOutputs['waits']['list']['items'][number]

const none: readonly WaitItem[] = []

/** Open questions of one run, read again whenever that may have changed; null asks for none. */
export function useOpenWaits(runId: string | null): readonly WaitItem[] {
  const api = useApi()
  const queryClient = useQueryClient()
  useLive(
    runId === null ? null : { kind: 'waits' },
    () => void queryClient.invalidateQueries(api.waits.list.pathFilter()),
  )
  const list = useQuery({
    ...api.waits.list.queryOptions({ runId: runId ?? '', limit: 200 }),
    enabled: runId !== null,
  })
  return list.data?.items ?? none
}
