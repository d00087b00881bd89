import type { RunStatus } from '#pipeline/events.ts'
import type { RunSummary } from './run-records.ts'

/** Which runs a list shows; all that is given must fit. */
export interface RunFilter {
  pipelineId?: string | undefined
  status?: RunStatus[] | undefined
  trigger?: RunSummary['trigger'][] | undefined
  /** Runs made of this one: retried, re-run or stepped from. */
  sourceRunId?: string | undefined
  /** Only such as are kept for good. */
  keep?: boolean | undefined
  /** Created at this time or later; before this time. ISO. */
  since?: string | undefined
  before?: string | undefined
}
