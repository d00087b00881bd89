/** How an editor reaches the stored draft. Updates are Yjs updates. */
export interface DraftTransport {
  /** Rejects when the server is not reached or refuses; `retryable` on the error tells which. */
  push(update: Uint8Array, client: string): Promise<{ seq: number }>
  /** Updates after `afterSeq`, one's own included, in order; resumes by itself. Returns the function that ends it. */
  subscribe(
    afterSeq: number,
    onChange: (change: { seq: number; client: string; update: Uint8Array }) => void,
  ): () => void
}

/** Thrown by `push` when sending the same again is pointless. */
export class PushRefusedError extends Error {
  override name = 'PushRefusedError'
}
