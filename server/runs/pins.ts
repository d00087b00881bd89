import type { Database } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StoredValue } from '#pipeline/events.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { Engine } from '#server/engine/engine.ts'
import { findPipeline } from '#server/pipelines/pipeline-rows.ts'
import type { Pin, PinService } from './control-records.ts'
import { findSuccess } from './find-events.ts'
import { refuseUnknownStep } from './step-of-document.ts'

interface PinRow {
  path: string
  output: StoredValue
  ports: string[] | null
  created_by: string
  created_at: Date
}

const columns = 'path, output, ports, created_by, created_at'

function pinOf({ path, output, ports, created_by, created_at }: PinRow): Pin {
  const isPreview = 'blob' in output
  return {
    path,
    value: isPreview ? output.preview : output.value,
    isPreview,
    ports: ports ?? ['out'],
    createdBy: created_by,
    createdAt: created_at.toISOString(),
  }
}

/** Pinned outputs, in the database. Large ones are in the blob store, as those of runs are. */
export function createPins(database: Database, engine: Engine): PinService {
  const { query } = database

  async function outputOf(
    scope: Scope,
    { runId, path }: { runId: string; path: string },
  ): Promise<{ output: StoredValue; ports: string[] }> {
    const { rows } = await query('select 1 from runs where workspace_id = $1 and id = $2', [scope.workspaceId, runId])
    const found = rows[0] && (await findSuccess(query, runId, path))
    if (found) return found
    throw new OrchestratorError('not-found', `Step "${path}" has no output in run "${runId}".`, { retryable: false })
  }

  return {
    async list(scope, pipelineId) {
      await findPipeline(query, scope, pipelineId)
      const { rows } = await query<PinRow>(
        `select ${columns} from pipeline_pins where workspace_id = $1 and pipeline_id = $2 order by path`,
        [scope.workspaceId, pipelineId],
      )
      return rows.map(pinOf)
    },

    async set(scope, request) {
      const { pipelineId, path } = request
      refuseUnknownStep((await findPipeline(query, scope, pipelineId)).document, path)
      const { output, ports } =
        'from' in request
          ? await outputOf(scope, request.from)
          : { output: await engine.store(request.value), ports: request.ports ?? null }
      const { rows } = await query<PinRow>(
        `insert into pipeline_pins (workspace_id, pipeline_id, path, output, ports, created_by)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (pipeline_id, path) do update
         set output = excluded.output, ports = excluded.ports, created_by = excluded.created_by, created_at = now()
         returning ${columns}`,
        [scope.workspaceId, pipelineId, path, JSON.stringify(output), ports && JSON.stringify(ports), scope.memberId],
      )
      return pinOf(rows[0]!)
    },

    async remove(scope, pipelineId, path) {
      await findPipeline(query, scope, pipelineId)
      await query('delete from pipeline_pins where workspace_id = $1 and pipeline_id = $2 and path = $3', [
        scope.workspaceId,
        pipelineId,
        path,
      ])
    },
  }
}
