import type { RunEvent } from '#pipeline/events.ts'
import type { StepDelta } from '#server/steps/define-step.ts'
import type { NodeState, Plan, RunState } from './core/core.ts'
import type { StepRegistry, StepServices } from './engine-types.ts'
import type { RunChange } from './journal-types.ts'
import type { Limiter } from './limiter.ts'
import type { Pacer } from './pacer.ts'
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
  /** Absent where runs are not spread. */
  parts?: PartRunner
  /** Epoch milliseconds. */
  now(): number
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
  /** For a fresh state. */
  inputs: Extract<RunEvent, { type: 'run-started' }>['inputs']
  /** Epoch milliseconds; what `run.started_at` says, the same after a resume. */
  startedAt: number
  services: StepServices
  journal: RunJournal
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
export type RunEnding =
  | { kind: 'ended' }
  | { kind: 'parked'; wakeAt: number | null }
  | { kind: 'paused' }
  | { kind: 'stopped' }
  | { kind: 'lost'; cause: unknown }

/** Has items of a map worked on by child runs; see the commands `run-parts` and `cancel-parts`. */
export interface PartRunner {
  'run-parts'(host: RunHost, node: NodeState, attempt: number): void
  'cancel-parts'(host: RunHost, node: NodeState, attempt: number): void
}
