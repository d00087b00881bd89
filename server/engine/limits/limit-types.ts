/** What a step asks of a limit it shares with others. */
export interface LimitRequest {
  /** `<workspace>/<key>` */
  key: string
  /** Higher first. */
  priority: number
  /** At once; null: any number. */
  concurrency: number | null
  /** Starts in any span of `perMs`; null: any number. */
  rate: { count: number; perMs: number } | null
}

/** A place at a limit; whoever has it must give it back, once. */
export interface LimitPlace {
  release(): void
}

/** Limits that all steps with one key share: in this process, or in all processes on one database. */
export interface Limits {
  /** Resolves when it is the asker's turn: by priority, then first come. Null, without a place, when the signal aborts before. */
  acquire(request: LimitRequest, signal: AbortSignal): Promise<LimitPlace | null>
  /** Gives back every place of this process and ends all waits without one. */
  close(): Promise<void>
}
