import type { JsonValue } from './document.ts'
import type { ErrorInfo } from './errors.ts'
import type { RunEvent, RunStatus, SkipReason, StepStatus, StoredValue, Wait } from './events.ts'

/** How far a map has come. `count` and what follows are body runs: with batches, one for several items. */
export interface ItemProgress {
  /** Of a map that reads a stream: as many as there are so far. */
  count: number
  done: number
  failed: number
  concurrency: number
  /** The first failed items (at most 100), in the order they failed. */
  failures: readonly { index: number; error: ErrorInfo }[]
  /** Items in a body run. */
  batch: number
  /** Path of the step whose stream it reads. */
  stream: string | null
  /** Nothing more is begun: a stop condition or a break. */
  stopped: boolean
  /** Of a map that is spread over child runs. */
  parts: PartProgress | null
}

/** How far the parts of a spread map have come; `runs` are the child runs that have ended. */
interface PartProgress {
  size: number
  count: number
  done: number
  runs: readonly { runId: string; from: number; count: number; failed: number }[]
}

/** How far a loop has come. */
interface LoopProgress {
  /** Turns that have ended. */
  turns: number
  limit: number
  /** Of the turn under way, or after the last one. */
  state: StoredValue
}

/** What is known of one step path (`load`, `each[3].mood`). Never changed in place: a new object means a change. */
export interface StepView {
  path: string
  status: StepStatus
  /** Number of the latest attempt, from 1; 0 before the first. */
  attempt: number
  /** Epoch milliseconds of the first attempt's start. */
  startedAt: number | null
  finishedAt: number | null
  /** Of the last attempt as the worker measured it. */
  durationMs: number | null
  /** Resolved settings of the latest attempt, shortened when large. */
  inputs: JsonValue | undefined
  output: StoredValue | null
  error: ErrorInfo | null
  /** A failed step with `handled` did not stop its graph (`on_error: continue` or `port`). */
  handled: boolean
  /** Output ports that were taken. */
  ports: readonly string[]
  cached: boolean
  /** Not carried out: its output is that of an earlier run, or pinned. */
  reused: 'run' | 'pin' | null
  /** The error after which its fallback ran (or runs) in its place. */
  fallback: ErrorInfo | null
  skippedBecause: SkipReason | null
  /** When a retrying step tries again, epoch milliseconds. */
  resumeAt: number | null
  usage: JsonValue | undefined
  /** What it waits for while parked, and afterwards what it waited for. */
  wait: Wait | null
  /** When it began to wait, epoch milliseconds. */
  waitingSince: number | null
  /** The shared limit whose place it waits for. */
  heldBy: string | null
  /** What it ended early: the map or loop around it, or the run. */
  ends: 'container' | 'run' | null
  /** Who changed its output while the run was paused. */
  editedBy: string | null
  /** Items it has handed on before its end. */
  yielded: number
  /** Paths of maps that read these. */
  readers: readonly string[]
  /** A container whose body has begun: its own time is that of the steps inside. */
  entered: boolean
  /** A container that has failed and waits for its body to wind down. */
  failing: ErrorInfo | null
  /** Set once a map knows its items. */
  items: ItemProgress | null
  /** Set once a loop has begun. */
  loop: LoopProgress | null
  /** What a called pipeline was given. */
  calledWith: Record<string, JsonValue> | null
}

/** Numbers of step paths by what became of them. */
export type RunTotals = Record<Exclude<StepStatus, 'idle' | 'queued'>, number>

/** Why a run stands still, and at which step if at one. */
interface RunPause {
  path: string | null
  reason: Extract<RunEvent, { type: 'run-paused' }>['reason']
  by: string | null
  at: number
}

/** A run as its journal tells it up to event `seq`. */
export interface RunView {
  /** Number of the last event that was folded in. */
  seq: number
  /** `waiting`: nothing is at work and steps wait for a time, an event or people; `paused`: nothing is at work until somebody resumes. */
  status: RunStatus
  cancelRequested: boolean
  /** Set from the pause on; what was in flight goes on before the status says `paused`. */
  paused: RunPause | null
  /** The run's own limit that was reached. */
  limitReached: ErrorInfo | null
  /** The run whose outputs this one reuses. */
  source: string | null
  startedAt: number | null
  finishedAt: number | null
  durationMs: number | null
  inputs: Record<string, JsonValue> | null
  outputs: StoredValue | null
  error: ErrorInfo | null
  steps: ReadonlyMap<string, StepView>
  totals: Readonly<RunTotals>
  /** Steps whose own code is at work: running ones but for containers whose body has begun. */
  working: number
}
