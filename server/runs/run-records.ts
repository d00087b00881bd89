import type { PipelineDocument } from '#pipeline/document.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { JournalEntry, RunStatus } from '#pipeline/events.ts'
import type { StepDelta } from '#server/steps/define-step.ts'

/** A run in a list. Times are ISO strings, durations milliseconds, money US dollars. */
export interface RunSummary {
  id: string
  /** Null for runs of a file from the command line and of purged pipelines. */
  pipelineId: string | null
  pipelineName: string
  /** Null when the draft was run. */
  versionNumber: number | null
  kind: 'run' | 'preview'
  trigger: 'manual' | 'cli' | 'api' | 'schedule'
  status: RunStatus
  stepsDone: number
  stepsFailed: number
  costUsd: number
  error: ErrorInfo | null
  /** Kept for good, whatever the retention rules say. */
  keep: boolean
  /** The run it was retried, re-run or stepped from. */
  sourceRunId: string | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  /** From start to finish; null while it is not finished. */
  durationMs: number | null
}

/** One page of runs, newest first; `nextCursor` is null on the last page. */
export interface RunPage {
  items: RunSummary[]
  nextCursor: string | null
}

/** A run with the document it ran and what went in and came out. */
export interface RunDetail extends RunSummary {
  document: PipelineDocument
  inputs: Record<string, unknown>
  /** Null until the run has succeeded. */
  outputs: unknown
  /** Whether `outputs` are too large for here and cut short; `value` with an empty path gives all of them. */
  outputsArePreview: boolean
  createdBy: string
  /** Why it does not begin although it is queued (`worker-missing`; `run-refused`: it waits its turn); null when nothing is in its way. */
  blocked: ErrorInfo | null
}

/** Journal entries after a sequence number, in order; `nextSeq` is null when there are no more at the moment. */
export interface RunEntries {
  entries: JournalEntry[]
  nextSeq: number | null
}

/**
 * What a watcher of a run receives: journaled facts (numbered) and passing deltas (not numbered, not kept). One with
 * `replace` has the whole output of the step's attempt so far, for whoever comes late or comes back.
 */
export type RunMessage =
  | { kind: 'event'; entry: JournalEntry }
  | { kind: 'delta'; path: string; attempt: number; delta: StepDelta; replace?: true }
