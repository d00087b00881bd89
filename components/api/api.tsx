'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react'
import type { AppRouter } from '#server/api/router.ts'
import { apiClient, errorInfoOf, errorMessageOf, type ApiInputs, type ApiOutputs } from './client.ts'
import { live, type LiveMessage, type LiveState, type LiveTopic } from './live.ts'

export { fileUrl, uploadFile } from './files.ts'
export { apiClient, errorInfoOf, errorMessageOf, live }
export type { ApiInputs, ApiOutputs, LiveMessage, LiveState, LiveTopic }

const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>()

/**
 * The API for React Query: `useQuery(api.pipelines.list.queryOptions({}))`, `useMutation(api.runs.start.mutationOptions())`,
 * `queryClient.invalidateQueries(api.pipelines.list.queryFilter())`.
 */
export const useApi = useTRPC

const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // The server is this machine: an answer of ours (not found, not valid) will not change by asking again.
        retry: (failures, error) => failures < 2 && errorInfoOf(error) === null,
      },
    },
  })

/** Gives everything below it the API; once, in the root layout. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient)
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={apiClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  )
}

const keyOf = (topic: LiveTopic | null): string | null => {
  if (topic === null) return null
  return topic.kind === 'draft' ? `draft:${topic.pipelineId}` : topic.kind === 'run' ? `run:${topic.runId}` : topic.kind
}

/** Messages of a topic while mounted; null hears nothing. A changed `afterSeq` alone does not subscribe again. */
export function useLive(topic: LiveTopic | null, onMessage: (message: LiveMessage) => void): void {
  const latest = useRef({ topic, onMessage })
  useEffect(() => {
    latest.current = { topic, onMessage }
  })
  const key = keyOf(topic)
  useEffect(() => {
    if (key === null || latest.current.topic === null) return undefined
    return live.subscribe(latest.current.topic, (message) => latest.current.onMessage(message))
  }, [key])
}

const subscribeToState = (listener: () => void) => live.onStateChange(listener)
const readState = (): LiveState => live.state
const readServerState = (): LiveState => 'idle'

/** Whether the tab hears the server at the moment. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribeToState, readState, readServerState)
}
