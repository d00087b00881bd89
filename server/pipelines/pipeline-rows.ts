import type { Query } from '#db/client.ts'
import { pipelineDocumentSchema, type PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { RunStatus } from '#pipeline/events.ts'
import type { PipelineCard } from '#pipeline/miniature.ts'
import type { Problem } from '#pipeline/problem.ts'
import { parsePipeline } from '#pipeline/yaml.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { PipelineSummary } from './pipeline-records.ts'

export interface SummaryRow {
  id: string
  name: string
  card: PipelineCard
  created_at: Date
  updated_at: Date
  exact_updated_at: string
  run_id: string | null
  run_status: RunStatus | null
  run_created_at: Date | null
  run_started_at: Date | null
  run_finished_at: Date | null
}

/** A row of the list query as people see it. */
export function summaryOf(row: SummaryRow): PipelineSummary {
  const { description, stepCount, miniature } = row.card
  const startedAt = row.run_started_at ?? row.run_created_at
  return {
    id: row.id,
    name: row.name,
    description,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    stepCount,
    miniature,
    lastRun:
      row.run_id && row.run_status && startedAt
        ? {
            id: row.run_id,
            status: row.run_status,
            startedAt: startedAt.toISOString(),
            durationMs: row.run_finished_at ? row.run_finished_at.getTime() - startedAt.getTime() : null,
          }
        : null,
  }
}

export const pipelineNotFound = (id: string): OrchestratorError =>
  new OrchestratorError('not-found', `There is no pipeline "${id}".`, { retryable: false })

/** Columns of a pipeline that a change starts from. */
export interface PipelineRow {
  id: string
  name: string
  document: PipelineDocument
  snapshot: Uint8Array
  snapshot_seq: number
  draft_seq: number
  created_at: Date
  updated_at: Date
}

/** The pipeline in the asker's workspace; `not-found` for any other. `lock` holds it until the transaction ends. */
export async function findPipeline(
  query: Query,
  scope: Scope,
  id: string,
  options: { lock?: boolean } = {},
): Promise<PipelineRow> {
  const { rows } = await query<PipelineRow>(
    `select id, name, document, snapshot, snapshot_seq, draft_seq, created_at, updated_at from pipelines
     where workspace_id = $1 and id = $2 and deleted_at is null ${options.lock ? 'for update' : ''}`,
    [scope.workspaceId, id],
  )
  if (!rows[0]) throw pipelineNotFound(id)
  return rows[0]
}

/** An error that carries every problem, for callers that can show them. */
export function problemsError(message: string, problems: readonly Problem[]): OrchestratorError {
  const first = problems.find((problem) => problem.severity === 'error') ?? problems[0]
  return new OrchestratorError('invalid-request', first ? `${message}: ${first.message}` : message, {
    ...(first?.step === undefined ? {} : { step: first.step }),
    ...(first?.field === undefined ? {} : { field: first.field }),
    ...(first?.line === undefined ? {} : { line: first.line }),
    ...(first?.column === undefined ? {} : { column: first.column }),
    details: { problems },
    retryable: false,
  })
}

/** The document in a request, as JSON or YAML; one that cannot be read is an `invalid-request` with its problems. */
export function documentOf(given: { document?: unknown; yaml?: string }): PipelineDocument | null {
  if (given.yaml !== undefined) {
    const { document, problems } = parsePipeline(given.yaml)
    if (!document) throw problemsError('The text is not a pipeline', problems)
    return document
  }
  if (given.document === undefined) return null
  const parsed = pipelineDocumentSchema.safeParse(given.document)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new OrchestratorError('invalid-request', `The document is not a pipeline: ${issue?.message ?? 'wrong shape'}`, {
    field: issue?.path.join('.') ?? '',
    retryable: false,
  })
}
