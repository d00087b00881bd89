/** A statement's options that survive the way to the thread: parsers become the list of type ids to leave unparsed. */
export interface ThreadQueryOptions {
  rowMode?: 'array' | 'object'
  unparsed?: number[]
}

/** What the proxy asks of the thread; `transaction` is the id of the `begin` that the statement belongs to. */
export type ThreadRequest =
  | { kind: 'query'; text: string; parameters?: unknown[]; options?: ThreadQueryOptions; transaction?: number }
  | { kind: 'prepared'; text: string; parameters?: unknown[] }
  | { kind: 'exec'; text: string; transaction?: number }
  | { kind: 'begin' }
  | { kind: 'end'; transaction: number; commit: boolean }
  | { kind: 'listen' | 'unlisten'; channel: string }
  | { kind: 'dump' }
  | { kind: 'close' }

/** An error as plain data; PostgreSQL's own fields are kept because callers match on `code` and `constraint`. */
export interface ThreadError {
  message: string
  [field: string]: unknown
}

export interface ThreadResult {
  rows: unknown[]
  fields: { name: string; dataTypeID: number }[]
  affectedRows?: number
}

/** What the thread says: an answer to a request, a notification, or that it has opened (or could not). */
export type ThreadMessage =
  | { kind: 'answer'; id: number; result?: unknown; error?: ThreadError }
  | { kind: 'notification'; channel: string; payload: string }
  | { kind: 'ready' }
  | { kind: 'failed'; error: ThreadError }

export interface ThreadData {
  /** A folder, or `memory://`. */
  dataDir: string
  /** A gzipped tar of an initialised directory to start from; memory only. */
  seedFile?: string
}
