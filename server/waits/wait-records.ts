import type { JsonValue } from '#pipeline/document.ts'
import type { ApprovalDetails, FormDetails } from '#pipeline/wait-details.ts'

/** How a wait for a person ended. */
export interface WaitEnd {
  kind: 'approved' | 'rejected' | 'submitted' | 'timed-out' | 'cancelled'
  /** Member id, or the name somebody gave who answered by link; null when nobody answered. */
  by: string | null
  /** ISO. */
  at: string
  reason: string | null
}

/** One question to people, as a list shows it. Times are ISO. */
export interface WaitSummary {
  /** Unique to this wait; a step that asks again has another one. */
  id: string
  kind: 'approval' | 'form'
  title: string
  runId: string
  /** Step path, `each[3].ask`. */
  path: string
  /** Null for runs of a file from the command line and of purged pipelines. */
  pipelineId: string | null
  pipelineName: string
  since: string
  /** When it times out; null: never. */
  until: string | null
  /** Of the link `/w/<token>` under which anybody may answer; null for those who may not answer themselves. */
  token: string | null
}

/** A question with everything the page shows. */
export type WaitDetail = WaitSummary & {
  /** Null while it is open. */
  end: WaitEnd | null
  /** What was answered (the approved value, the values of the form), once it was. */
  answer: JsonValue
} & ({ kind: 'approval'; details: ApprovalDetails } | { kind: 'form'; details: FormDetails })

/** One page of open questions, oldest first. */
export interface WaitPage {
  items: WaitSummary[]
  nextCursor: string | null
  /** Open questions in all that fit the filter. */
  total: number
}

/** What somebody without an account sees under the link: nothing of the run but the question. */
export type PublicWait = Pick<WaitSummary, 'title' | 'pipelineName' | 'since' | 'until'> &
  Pick<WaitDetail, 'end'> &
  ({ kind: 'approval'; details: ApprovalDetails } | { kind: 'form'; details: FormDetails })

/** What became of an event: waits it reached at once. It stays for waits that begin within the hour. */
export interface EventReceipt {
  id: string
  reached: number
}
