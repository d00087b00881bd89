import type { ErrorInfo } from '#pipeline/errors.ts'
import type { RunStatus } from '#pipeline/events.ts'
import { exactTimeSql } from '#server/page-cursor.ts'
import type { RunSummary } from './run-records.ts'

/** Columns of `runs r` that lists show. */
export const runColumns = `r.id, r.pipeline_id, r.pipeline_name, r.version_number, r.kind, r.trigger, r.status,
  r.steps_done, r.steps_failed, r.cost_usd, r.error, r.keep, r.source_run_id, r.created_at, r.started_at, r.finished_at,
  ${exactTimeSql('r.created_at')} as exact_created_at`

export interface RunRow {
  id: string
  pipeline_id: string | null
  pipeline_name: string
  version_number: number | null
  kind: RunSummary['kind']
  trigger: RunSummary['trigger']
  status: RunStatus
  steps_done: number
  steps_failed: number
  cost_usd: number
  error: ErrorInfo | null
  keep: boolean
  source_run_id: string | null
  created_at: Date
  started_at: Date | null
  finished_at: Date | null
  exact_created_at: string
}

/** A row of `runs` as people see it. */
export function runSummaryOf(row: RunRow): RunSummary {
  return {
    id: row.id,
    pipelineId: row.pipeline_id,
    pipelineName: row.pipeline_name,
    versionNumber: row.version_number,
    kind: row.kind,
    trigger: row.trigger,
    status: row.status,
    stepsDone: row.steps_done,
    stepsFailed: row.steps_failed,
    costUsd: row.cost_usd,
    error: row.error,
    keep: row.keep,
    sourceRunId: row.source_run_id,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    durationMs: row.finished_at ? row.finished_at.getTime() - (row.started_at ?? row.created_at).getTime() : null,
  }
}
