'use client'
import { apiClient, type ApiInputs, errorMessageOf, useApi } from '#components/api/api.tsx'
import { toast } from '#components/ui/toast.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

/** The workspace record and a change that shows at once and is taken back when the server refuses it. */
export function useWorkspace() {
  const api = useApi()
  const queryClient = useQueryClient()
  const key = api.settings.get.queryKey()
  const workspace = useQuery(api.settings.get.queryOptions())
  const update = useMutation({
    mutationFn: (change: ApiInputs['settings']['update']) => apiClient.settings.update.mutate(change),
    onMutate: (change) => {
      const before = queryClient.getQueryData(key)
      if (before) {
        queryClient.setQueryData(key, {
          ...before,
          name: change.name ?? before.name,
          settings: { ...before.settings, ...change.settings },
        })
      }
      return before
    },
    onError: (error, _change, before) => {
      queryClient.setQueryData(key, before)
      toast.error(errorMessageOf(error))
    },
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries(api.settings.get.pathFilter()),
        queryClient.invalidateQueries(api.settings.models.list.pathFilter()),
      ]),
  })
  return { workspace: workspace.data, error: workspace.error, update: update.mutate }
}
