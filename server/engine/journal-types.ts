import type { ErrorInfo } from '#pipeline/errors.ts'
import type { JournalEntry, RunEvent, RunStatus } from '#pipeline/events.ts'

/** Columns of the run's row to set in the same commit as the events; absent ones stay as they are. */
export interface RunChange {
  status?: RunStatus
  outputs?: unknown
  error?: ErrorInfo
  /** Epoch milliseconds. */
  startedAt?: number
  finishedAt?: number
  stepsDone?: number
  stepsFailed?: number
  costUsd?: number
  /** Ids of waits that are over with these events: their rows and answers go in the same commit. */
  waitsOver?: string[]
  /** Ids of signals that have become these events (or nothing): taken in the same commit, so that none is taken twice. */
  signalsTaken?: string[]
}

/** Both changes as one: what the later one says counts, lists are joined. */
export function mergeChanges(earlier: RunChange | undefined, later: RunChange): RunChange {
  if (!earlier) return later
  const waitsOver = [...(earlier.waitsOver ?? []), ...(later.waitsOver ?? [])]
  const signalsTaken = [...(earlier.signalsTaken ?? []), ...(later.signalsTaken ?? [])]
  return {
    ...earlier,
    ...later,
    ...(waitsOver.length > 0 ? { waitsOver } : {}),
    ...(signalsTaken.length > 0 ? { signalsTaken } : {}),
  }
}

/** The ordered facts of every run. Appends are durable when they resolve, whole or not at all, and fenced by the run's epoch. */
export interface Journal {
  /** Takes the run over: raises its epoch, so that every append under an older one is refused from now on. Throws `not-found`. */
  claim(runId: string, worker: string): Promise<{ epoch: number; lastSeq: number }>
  /** Says where the journal of a run ends whose epoch was raised elsewhere (many at once): spares looking it up. */
  adopt(runId: string, epoch: number, lastSeq: number): void
  /**
   * Appends events in order and resolves to the last one's seq, once they are durable. Calls need not wait for each other:
   * those of one run are committed in the order they were made, together with those of other runs. Rejects with `stale-epoch` and writes nothing when
   * the run was claimed by another in the meantime. `change` updates the run's row in the same commit; events may then be empty.
   */
  append(runId: string, epoch: number, events: readonly RunEvent[], change?: RunChange): Promise<number>
  /** Entries with a seq above `after` (0), in order, at most `limit` (1,000). An unknown run has none. */
  read(runId: string, options?: { after?: number; limit?: number }): Promise<JournalEntry[]>
  /** Forgets where the journal of a run ends that is no longer carried out here. */
  forget(runId: string, epoch: number): void
  /** Waits for appends under way; later ones are refused. */
  close(): Promise<void>
}
