import type { Database, Query } from '#db/client.ts'
import { contentHash } from '#pipeline/content-hash.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { VersionService } from '#server/services.ts'
import type { PipelineVersion } from './pipeline-records.ts'
import { findPipeline } from './pipeline-rows.ts'

interface VersionRow {
  number: number
  document_hash: string
  message: string
  created_at: Date
  created_by: string
}

const versionOf = (row: VersionRow): PipelineVersion => ({
  number: row.number,
  hash: row.document_hash,
  message: row.message,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
})

const columns = 'v.number, v.document_hash, v.message, v.created_at, v.created_by'

const newestFirst = async (query: Query, scope: Scope, pipelineId: string, limit: number): Promise<VersionRow[]> => {
  const { rows } = await query<VersionRow>(
    `select ${columns} from pipeline_versions v
     where v.workspace_id = $1 and v.pipeline_id = $2 order by v.number desc limit $3`,
    [scope.workspaceId, pipelineId, limit],
  )
  return rows
}

/** Versions of pipelines: never changed once made, and never two in a row with the same content. */
export function createVersions(database: Database): VersionService {
  return {
    async list(scope, pipelineId) {
      await findPipeline(database.query, scope, pipelineId)
      return (await newestFirst(database.query, scope, pipelineId, 500)).map(versionOf)
    },

    create(scope, pipelineId, message) {
      return database.transaction(async ({ query }) => {
        // The row lock keeps two tabs from taking the same number.
        const { document } = await findPipeline(query, scope, pipelineId, { lock: true })
        const hash = contentHash(document)
        const [latest] = await newestFirst(query, scope, pipelineId, 1)
        if (latest && latest.document_hash === hash) return versionOf(latest)
        await query('insert into documents (workspace_id, hash, content) values ($1, $2, $3) on conflict do nothing', [
          scope.workspaceId,
          hash,
          JSON.stringify(document),
        ])
        const { rows } = await query<VersionRow>(
          `insert into pipeline_versions as v (pipeline_id, workspace_id, number, document_hash, message, created_by)
           values ($1, $2, $3, $4, $5, $6) returning ${columns}`,
          [pipelineId, scope.workspaceId, (latest?.number ?? 0) + 1, hash, message, scope.memberId],
        )
        if (!rows[0]) throw new OrchestratorError('internal', 'The version was not stored.')
        return versionOf(rows[0])
      })
    },

    async get(scope, pipelineId, number) {
      const { rows } = await database.query<VersionRow & { content: PipelineDocument }>(
        `select ${columns}, d.content from pipeline_versions v
         join pipelines p on p.id = v.pipeline_id and p.deleted_at is null
         join documents d on d.workspace_id = v.workspace_id and d.hash = v.document_hash
         where v.workspace_id = $1 and v.pipeline_id = $2 and v.number = $3`,
        [scope.workspaceId, pipelineId, number],
      )
      if (!rows[0]) {
        throw new OrchestratorError('not-found', `Pipeline "${pipelineId}" has no version ${number}.`, {
          retryable: false,
        })
      }
      return { ...versionOf(rows[0]), document: rows[0].content }
    },
  }
}
