import type { Answer, RunEvent } from '#pipeline/events.ts'
import type { AttemptTrace } from './attempt.ts'
import type { NodeState, RunState } from './core/core.ts'
import type { ExecutorEnvironment, RunTask } from './executor-types.ts'
import type { RunChange } from './journal-types.ts'
import type { Redactor } from './redactor.ts'
import type { RunCounters } from './run-counters.ts'
import type { StreamWriter } from './streams/stream-writer.ts'

/** One run under way, as the parts of the executor and the gates of steps see it. */
export interface RunHost {
  readonly task: RunTask
  readonly environment: ExecutorEnvironment
  readonly state: RunState
  readonly redactor: Redactor
  readonly counters: RunCounters
  /** Streams whose steps are held back until their readers have caught up. */
  readonly heldStreams: Set<StreamWriter>
  /** Calls off the waits of steps that have not begun; they are, when the run pauses. */
  readonly waits: Set<() => void>
  /** The run has ended or is no longer ours: nothing more may be done for it. */
  readonly halted: boolean
  /** Records a fact, and sets off what follows from it. */
  emit(event: RunEvent): void
  /** Has the next append change the run's row, or settle waits and signals, in the same commit. */
  alongside(change: RunChange): void
  /** Resolves when every fact so far is durable; rejects when the run was lost. */
  durable(): Promise<void>
  /** Undefined while there is room for more facts, else a promise of it: asked before a step is begun. */
  room(): undefined | Promise<unknown>
  /** Fails an attempt as the step's policies say: another try, a handled failure, or one of its graph. */
  failStep(node: NodeState, attempt: number, error: unknown, durationMs: number, trace?: AttemptTrace): void
  /** Starts the current attempt of a step again that a gate held back; nothing happens when it is over by then. */
  restart(node: NodeState): void
  /** Gives a parked step what ended its wait: its definition's `resume` makes the output. */
  resumeStep(node: NodeState, attempt: number, answer: Answer): void
  /**
   * Counts work that nothing else shows (a result being put together, a value being stored), so that the run is not
   * unloaded meanwhile. Call what it returns when the work is over.
   */
  hold(): () => void
}
