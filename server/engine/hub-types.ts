import type { JournalEntry } from '#pipeline/events.ts'
import type { StepDelta } from '#server/steps/define-step.ts'

/** What a watcher of a run sees: committed entries, each once and in order, and live output that is not journaled. */
export type RunSignal =
  | { kind: 'event'; entry: JournalEntry }
  /** `replace`: the whole text (or progress) of the attempt so far, instead of what came before; else what is new of it. */
  | { kind: 'delta'; path: string; attempt: number; delta: StepDelta; replace?: true }

/** Says that a run's row changed; read the row for what it is now. */
export interface RunChanged {
  workspaceId: string
  runId: string
}

/** Live updates: fan-out inside the process, and across processes through the database. */
export interface Hub {
  /** The journal calls this after every commit. */
  publish(runId: string, entries: readonly JournalEntry[]): void
  /** Live output of a running step. Text of one step is joined for about 30 ms before it goes out. */
  publishDelta(runId: string, path: string, attempt: number, delta: StepDelta): void
  /** A run was made or its row changed. `notified` says that the statement which changed it has told the other processes. */
  publishRunChanged(workspaceId: string, runId: string, options?: { notified?: boolean }): void
  /** The run is no longer carried out here: what its running steps have shown is forgotten. */
  forgetOutput(runId: string): void
  /**
   * Every entry after `afterSeq`, first the stored ones, then as they are committed, with deltas in between; ends when the
   * signal aborts. What running steps have shown before comes as deltas that replace, wherever in the cluster they run.
   */
  watch(runId: string, afterSeq: number, signal: AbortSignal): AsyncIterable<RunSignal>
  /** Changed runs of the workspace from now on; a run that changes often while the reader is slow is reported once. */
  watchRuns(workspaceId: string, signal: AbortSignal): AsyncIterable<RunChanged>
  close(): Promise<void>
}
