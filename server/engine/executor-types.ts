import type { RunPart } from '#db/schema/runs.ts'
import type { Answer, RunEvent, Wait } from '#pipeline/events.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import type { ExpandOptions, StepDelta } from '#server/steps/define-step.ts'
import type { NodeState, Plan, RunState } from './core/core.ts'
import type { StepRegistry, StepServices } from './engine-types.ts'
import type { RunChange } from './journal-types.ts'
import type { Lease } from './lease.ts'
import type { Limiter } from './limiter.ts'
import type { Limits } from './limits/limits.ts'
import type { Pacer } from './pacer.ts'
import type { Reuse } from './reuse/reuse.ts'
import type { Until } from './reuse/until.ts'
import type { RunHost } from './run-host.ts'
import type { StepCache } from './step-cache.ts'
import type { Timers } from './timers.ts'
import type { ValueStore } from './value-store.ts'

/** What all runs of a process share. */
export interface ExecutorEnvironment {
  steps: StepRegistry
  values: ValueStore
  limiter: Limiter
  timers: Timers
  pacer: Pacer
  cache: StepCache
  /** Limits steps share; absent: there are none. */
  limits?: Limits
  /** Told when a step has to wait at a limit. */
  onHeld?(): void
  /** Whether this process may be sure that its runs are its own; absent where nobody else can take them. */
  lease?: Pick<Lease, 'valid'>
  /** Absent where runs are not spread. */
  parts?: PartRunner
  /** How long a step that was cancelled has to end by itself (10 s). */
  cancelGraceMs?: number
  /** Epoch milliseconds. */
  now(): number
}

/** How a run rests. */
export type RestingRun = { kind: 'parked'; wakeAt: number | null } | { kind: 'paused'; wakeAt: number | null }

/** The waits of one run on record; see `WaitStore`. */
export interface RunWaits {
  /** `answer`: what has ended the wait already, an event that came before it or an answer from before a crash. */
  open(path: string, attempt: number, wait: Wait): Promise<{ id: string; answer: Answer | null }>
  expire(waitId: string, answer: Answer): Promise<Answer>
}

/** The journal as one run writes it. Appends are committed in the order they were made. */
export interface RunJournal {
  append(events: readonly RunEvent[], change?: RunChange): Promise<unknown>
}

/** One run to carry out. */
export interface RunTask {
  runId: string
  workspaceId: string
  plan: Plan
  /** A fresh state, or one folded from the journal. The executor takes it over. */
  state: RunState
  /** Set when the run works on items of a map of another run. */
  part?: RunPart
  /** For a fresh state. */
  inputs: Extract<RunEvent, { type: 'run-started' }>['inputs']
  /** Epoch milliseconds; what `run.started_at` says, the same after a resume. */
  startedAt: number
  services: StepServices
  /** What makes it differ from a plain run of its document. */
  options?: RunOptions
  /** What it takes over from an earlier run. */
  reuse?: Reuse
  /** The steps it was asked for, where not all. */
  until?: Until
  journal: RunJournal
  waits?: RunWaits
  /** Whether it may be unloaded while it only waits: where it is found and woken again. */
  rests?: boolean
  /** Steps that had ended before, for the counters in the run's row. */
  counts?: { stepsDone: number; stepsFailed: number; costUsd: number }
  onDelta(path: string, attempt: number, delta: StepDelta): void
  /** Sees every event as it happens, before it is durable. */
  onEvent?(event: RunEvent, at: number): void
}

/**
 * How carrying out a run ended: `ended` with the run itself, `stopped` by us, `lost` to another worker or the database. A run that
 * only waits takes no memory: `parked` until an answer or `wakeAt` (epoch milliseconds), `paused` until it is let go on.
 */
export type RunEnding = { kind: 'ended' } | RestingRun | { kind: 'stopped' } | { kind: 'lost'; cause: unknown }

/** Has items of a map worked on by child runs; see the commands `run-parts` and `cancel-parts`. */
export interface PartRunner {
  /** Items of a part, when the items of this map are to be spread; null when they stay in this run. */
  sizeOf(host: RunHost, node: NodeState, count: number, options: ExpandOptions): Promise<number | null>
  'run-parts'(host: RunHost, node: NodeState, attempt: number): void
  'cancel-parts'(host: RunHost, node: NodeState, attempt: number): void
  /** A child run that was carried out here has ended. */
  ended(parentRunId: string): void
}
