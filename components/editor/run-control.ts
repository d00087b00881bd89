import type { JsonValue } from '#pipeline/document.ts'
import type { RunStatus } from '#pipeline/events.ts'

/** What can be done to runs; the studio provides it, because it asks the server. Steps are named by their keys. */
export interface RunControl {
  /** Carries out this step alone, on what is known of the steps before it. */
  runStep(key: string): void
  /** Runs from the start up to this step. */
  runTo(key: string): void
  /** A new run that begins again at this step of the shown one; `latest` on the pipeline as it is now. */
  rerunFrom(key: string, on: 'shown' | 'latest'): void
  /** A new run that carries out what failed in the shown one. */
  retry(): void
  cancel(): void
  pause(): void
  resume(): void
  /** Keeps the step's output in the shown run: runs of the draft use it from then on. */
  pin(key: string): void
  /** Stores this value as the step's pinned output; false when it was refused. */
  pinValue(key: string, value: JsonValue): Promise<boolean>
  unpin(key: string): void
}

/** While no studio is mounted. */
export const emptyRunControl: RunControl = {
  runStep: () => undefined,
  runTo: () => undefined,
  rerunFrom: () => undefined,
  retry: () => undefined,
  cancel: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
  pin: () => undefined,
  pinValue: () => Promise.resolve(false),
  unpin: () => undefined,
}

/** What commands need to know of the run on the canvas. */
export interface ShownRun {
  status: RunStatus
  /** It has ended: nothing more will happen in it. */
  ended: boolean
  /** Somebody has asked it to stop, and steps are winding down. */
  stopping: boolean
  /** Somebody has asked it to pause, or it stands at a breakpoint. */
  paused: boolean
  /** There is something to retry: it failed, was stopped, or items failed. */
  retryable: boolean
}

/** A pinned output of the draft. */
export interface PinView {
  value: JsonValue
  /** Shortened, because the whole is large. */
  isPreview: boolean
}
