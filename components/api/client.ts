import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { AppRouter } from '#server/api/router.ts'

export type ApiOutputs = inferRouterOutputs<AppRouter>
export type ApiInputs = inferRouterInputs<AppRouter>

const url = '/api/trpc'

/** The typed client for code outside React (stores, commands). Queries and mutations are batched, subscriptions are streams. */
export const apiClient = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      true: httpSubscriptionLink({ url }),
      false: splitLink({
        // A document as a GET would not fit into an address.
        condition: (operation) => operation.path === 'pipelines.validate',
        true: httpBatchLink({ url, methodOverride: 'POST' }),
        false: httpBatchLink({ url, maxURLLength: 8_000, maxItems: 20 }),
      }),
    }),
  ],
})

/** The facts of an error the API answered with; null when the server was not reached or the error is not one of ours. */
export function errorInfoOf(error: unknown): ErrorInfo | null {
  if (!(error instanceof TRPCClientError)) return null
  const data: unknown = error.data
  if (typeof data !== 'object' || data === null || !('orchestrator' in data)) return null
  return (data.orchestrator as ErrorInfo | null) ?? null
}

/** A sentence for people about anything a call threw. */
export function errorMessageOf(error: unknown): string {
  const info = errorInfoOf(error)
  if (info) return info.message
  if (error instanceof TRPCClientError && !error.data) return 'The server cannot be reached. Is it still running?'
  return error instanceof Error ? error.message : String(error)
}
