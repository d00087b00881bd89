import type { JsonValue } from '#pipeline/document.ts'
import type { Answer } from '#pipeline/events.ts'
import { type ApprovalDetails, approvalDetailsSchema, formDetailsSchema } from '#pipeline/wait-details.ts'
import { can } from '#server/auth/can.ts'
import type { Scope } from '#server/auth/scope.ts'
import { exactTimeSql } from '#server/page-cursor.ts'
import type { PublicWait, WaitDetail, WaitEnd, WaitSummary } from './wait-records.ts'

/** Columns of `run_waits w join runs r` that people see; the run is the one they know, also where a part of it asks. */
export const waitColumns = `w.id, w.kind, w.title, coalesce(r.parent_run_id, w.run_id) as run_id, w.path, w.token, w.until, w.created_at, w.details, w.answer, w.ended_at,
  r.pipeline_id, r.pipeline_name, r.finished_at, r.workspace_id, ${exactTimeSql('w.created_at')} as exact_created_at`

export interface WaitRow {
  id: string
  kind: 'approval' | 'form'
  title: string | null
  run_id: string
  path: string
  token: string
  until: Date | null
  created_at: Date
  details: JsonValue
  answer: Answer | null
  ended_at: Date | null
  pipeline_id: string | null
  pipeline_name: string
  finished_at: Date | null
  workspace_id: string
  exact_created_at: string
}

/** A question as a list shows it; its token only to those who may answer. */
export function waitSummaryOf(row: WaitRow, scope: Scope): WaitSummary {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title ?? row.path,
    runId: row.run_id,
    path: row.path,
    pipelineId: row.pipeline_id,
    pipelineName: row.pipeline_name,
    since: row.created_at.toISOString(),
    until: row.until?.toISOString() ?? null,
    token: can(scope, 'run') ? row.token : null,
  }
}

/** How it ended, null while it is open. */
export function waitEndOf({ answer, ended_at, finished_at }: WaitRow): WaitEnd | null {
  if (answer) {
    const kind = answer.kind as WaitEnd['kind']
    const { by = null, reason = null } = answer
    return { kind, by, at: new Date(answer.at).toISOString(), reason }
  }
  const at = ended_at ?? finished_at
  return at ? { kind: 'cancelled', by: null, at: at.toISOString(), reason: null } : null
}

/** A question with all that is shown and was answered. */
export function waitDetailOf(row: WaitRow, scope: Scope): WaitDetail {
  const shared = { ...waitSummaryOf(row, scope), end: waitEndOf(row) }
  const given = row.answer?.value
  if (row.kind === 'form') {
    return { ...shared, kind: 'form', details: formDetailsSchema.parse(row.details), answer: given ?? null }
  }
  const details = approvalDetailsOf(row)
  const isApproved = row.answer?.kind === 'approved'
  return { ...shared, kind: 'approval', details, answer: given ?? (isApproved ? (details.value ?? null) : null) }
}

/** The question without the run around it; once it has ended without what was asked. */
export function publicWaitOf(row: WaitRow): PublicWait {
  const end = waitEndOf(row)
  const shared = {
    title: row.title ?? row.path,
    pipelineName: row.pipeline_name,
    since: row.created_at.toISOString(),
    until: row.until?.toISOString() ?? null,
    end,
  }
  if (row.kind === 'form') {
    const { text, fields } = formDetailsSchema.parse(row.details)
    return { ...shared, kind: 'form', details: end ? { fields: [] } : { ...(text && { text }), fields } }
  }
  const details = approvalDetailsOf(row)
  const closed: ApprovalDetails = { editable: false, onTimeout: details.onTimeout }
  return { ...shared, kind: 'approval', details: end ? closed : details }
}

/** What an approval asks. */
const approvalDetailsOf = (row: WaitRow): ApprovalDetails => approvalDetailsSchema.parse(row.details)
