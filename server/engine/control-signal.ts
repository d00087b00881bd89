import type { Answer, StoredValue } from '#pipeline/events.ts'
import type { RunOptions } from '#pipeline/run-options.ts'

/** What is said to a run from outside while it is carried out. */
export type ControlSignal =
  | { kind: 'cancel'; by: string }
  /** Ends the wait with this id of the parked step at `path`. */
  | { kind: 'answer'; path: string; wait: string; answer: Answer }
  | { kind: 'pause'; by: string }
  | { kind: 'resume'; mode: 'continue' | 'step'; by: string }
  /** Instead of those the run has. */
  | { kind: 'breakpoints'; breakpoints: NonNullable<RunOptions['breakpoints']> }
  /** Of a finished step, while the run is paused. */
  | { kind: 'edit'; path: string; output: StoredValue; by: string }
