import type { Query } from '#db/client.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Scope } from '#server/auth/scope.ts'
import { findPipeline } from './pipeline-rows.ts'
import type { LoadCalled } from './resolve-calls.ts'

const versionSql = `
  select d.content from pipeline_versions v
  join pipelines p on p.id = v.pipeline_id and p.deleted_at is null
  join documents d on d.workspace_id = v.workspace_id and d.hash = v.document_hash
  where v.workspace_id = $1 and v.pipeline_id = $2 and ($3::int is null or v.number = $3)
  order by v.number desc limit 1`

/**
 * Finds called pipelines of a workspace: a version by its number; for `latest` the version published last, or the draft when
 * nothing was published. Throws `not-found`.
 */
export function loadCalledOf(query: Query, scope: Scope): LoadCalled {
  return async ({ pipeline, version }) => {
    const number = version === 'latest' ? null : version
    const { rows } = await query<{ content: PipelineDocument }>(versionSql, [scope.workspaceId, pipeline, number])
    if (rows[0]) return rows[0].content
    const { document } = await findPipeline(query, scope, pipeline)
    if (number === null) return document
    throw new OrchestratorError('not-found', `Pipeline "${document.name}" has no version ${number}.`, {
      retryable: false,
    })
  }
}
