import type { ErrorInfo } from '#pipeline/errors.ts'
import type { StepStatus } from '#pipeline/events.ts'
import type { RunView, StepView } from '#pipeline/run-view.ts'

/**
 * A run folded on the server: what its first screen shows, however many events it has. Follow the live stream from `seq`.
 * Everything of `RunView` but its path table, which is split: `steps` are whole, those inside items are summed up in `groups`.
 */
export interface RunOverview extends Omit<RunView, 'steps'> {
  /** Every step path without an index in it: the root's, and those in bodies that run once (`safe.fetch`). */
  steps: StepView[]
  /** Steps in bodies of maps and loops, all items (or turns) of one step together. */
  groups: StepGroup[]
  /** Run paths with an index whose status is not final: what live events will change. At most 2,000 of them, the newest. */
  open: { path: string; status: StepStatus }[]
}

/** What became of one step over all items: counts by status, and the run paths of most interest with their views. */
export interface StepGroup {
  /** Document path, `each.mood`. */
  path: string
  counts: Partial<Record<StepStatus, number>>
  /** With the newest news; with the newest output; with the newest failure. */
  latest: StepView
  latestOutput: StepView | null
  latestFailure: StepView | null
}

/** Some items (or turns) of a container, in order of index, as of event `seq`. */
export interface RunItems {
  seq: number
  /** Run path of the container, `each` or `each[3].inner`. */
  path: string
  /** Items known so far; with a `status` filter, those that fit it. */
  total: number
  items: RunItem[]
}

export interface RunItem {
  index: number
  /** `running` until its body run has ended. */
  status: 'running' | 'succeeded' | 'failed' | 'cancelled'
  error: ErrorInfo | null
  /** Epoch milliseconds of its first and latest event. */
  startedAt: number
  updatedAt: number
  /** Steps right in the body run, and in bodies in it that run once; those of maps and loops in it are items of theirs. */
  steps: StepView[]
}
