import { apiClient, live, type ApiOutputs, type LiveMessage } from '#components/api/api.tsx'

/** Where a feed reads from; the API in the app, an array in tests. */
export interface FeedTransport {
  entries(runId: string, afterSeq: number): Promise<ApiOutputs['runs']['entries']>
  /** The run folded on the server, for one with a long journal. */
  overview(runId: string): Promise<ApiOutputs['runs']['view']>
  items(runId: string, path: string, from: number, limit: number): Promise<ApiOutputs['runs']['items']>
  watch(runId: string, afterSeq: number, onMessage: (message: LiveMessage) => void): () => void
}

/** The API of this server. */
export const apiTransport: FeedTransport = {
  entries: (runId, afterSeq) => apiClient.runs.entries.query({ runId, afterSeq, limit: 2_000 }),
  overview: (runId) => apiClient.runs.view.query({ runId }),
  items: (runId, path, from, limit) => apiClient.runs.items.query({ runId, path, from, limit }),
  watch: (runId, afterSeq, onMessage) => live.subscribe({ kind: 'run', runId, afterSeq }, onMessage),
}
