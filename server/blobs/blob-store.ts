/** What a store says of a blob without reading it. */
export interface BlobInfo {
  /** SHA-256, hex. */
  hash: string
  bytes: number
  /** When it was last put, give or take an hour. */
  putAt: Date
}

/** Big values by content hash (SHA-256, hex). Writing the same bytes twice stores them once. */
export interface BlobStore {
  /** Where it is, for people: a folder, or `s3://bucket/prefix`. */
  readonly place: string
  /** Durable in the store when it resolves. A blob that is there already counts as put now. */
  put(bytes: Uint8Array): Promise<string>
  /** Throws `value-missing` for an unknown hash and `internal` for bytes that do not fit their hash any more. */
  get(hash: string): Promise<Uint8Array>
  has(hash: string): Promise<boolean>
  /**
   * Deletes the blob unless it was put at that time or later; resolves to its size, or to null when it stays or is not there.
   * A folder never loses a blob that is put in the same moment; with S3 there are some milliseconds in which it could.
   */
  drop(hash: string, putBefore: Date): Promise<number | null>
  /** Every blob, in no order; one that is put or deleted meanwhile may be in or not. */
  list(): AsyncIterable<BlobInfo>
}
