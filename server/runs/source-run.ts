import type { Query } from '#db/client.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { RunStatus } from '#pipeline/events.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { CalledPipelines } from '#server/pipelines/resolve-calls.ts'

/** A run that another one starts from. */
export interface SourceRun {
  id: string
  pipelineId: string | null
  versionNumber: number | null
  kind: 'run' | 'preview'
  status: RunStatus
  inputs: Record<string, unknown>
  options: RunOptions | null
  document: PipelineDocument
  /** Content hashes of the documents it calls. */
  callHashes: Record<string, string> | null
}

const columns = `r.id, r.pipeline_id as "pipelineId", r.version_number as "versionNumber", r.kind, r.status, r.inputs,
  r.options, r.calls as "callHashes", d.content as document`
const joins = 'runs r join documents d on d.workspace_id = r.workspace_id and d.hash = r.document_hash'

/** A run of the workspace with what it was made of. Throws `not-found`. */
export async function findSourceRun(query: Query, scope: Scope, runId: string): Promise<SourceRun> {
  const { rows } = await query<SourceRun>(`select ${columns} from ${joins} where r.workspace_id = $1 and r.id = $2`, [
    scope.workspaceId,
    runId,
  ])
  if (rows[0]) return rows[0]
  throw new OrchestratorError('not-found', `There is no run "${runId}".`, { retryable: false })
}

/** The newest run of a pipeline that has begun, of whatever version; undefined when there is none. */
export async function findLatestRun(query: Query, scope: Scope, pipelineId: string): Promise<SourceRun | undefined> {
  const { rows } = await query<SourceRun>(
    `select ${columns} from ${joins}
     where r.workspace_id = $1 and r.pipeline_id = $2 and r.parent_run_id is null and r.started_at is not null
     order by r.created_at desc, r.id desc limit 1`,
    [scope.workspaceId, pipelineId],
  )
  return rows[0]
}

/** The documents a run calls, as they were when it was made. */
export async function callsOfSource(query: Query, scope: Scope, { callHashes }: SourceRun): Promise<CalledPipelines> {
  const calls = Object.entries(callHashes ?? {})
  if (calls.length === 0) return {}
  const { rows } = await query<{ hash: string; content: PipelineDocument }>(
    'select hash, content from documents where workspace_id = $1 and hash = any($2::text[])',
    [scope.workspaceId, calls.map(([, hash]) => hash)],
  )
  const byHash = new Map(rows.map(({ hash, content }) => [hash, content]))
  return Object.fromEntries(calls.map(([key, hash]) => [key, byHash.get(hash)!]))
}

const final: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled']

/** Refuses a run that may still change what would be reused. */
export function refuseUnfinished({ id, status }: SourceRun): void {
  if (final.includes(status)) return
  throw new OrchestratorError('conflict', `Run "${id}" goes on: it is ${status}.`, {
    fix: 'Wait for its end, or cancel it first.',
    details: { runId: id, status },
    retryable: false,
  })
}

/** Refuses a run that nothing can be said to any more. */
export function refuseEnded({ id, status }: SourceRun): void {
  if (!final.includes(status)) return
  throw new OrchestratorError('conflict', `Run "${id}" has ended: it is ${status}.`, {
    fix: 'Retry it, or run it again from a step.',
    details: { runId: id, status },
    retryable: false,
  })
}
