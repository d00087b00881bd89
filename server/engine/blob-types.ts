/** Big values by content hash (SHA-256, hex). Writing the same bytes twice stores them once. */
export interface BlobStore {
  /** Durable in the folder when it resolves. */
  put(bytes: Uint8Array): Promise<string>
  /** Throws `not-found` for an unknown hash and `internal` for bytes that no longer fit their hash. */
  get(hash: string): Promise<Uint8Array>
  has(hash: string): Promise<boolean>
}
