import type { Database } from '#db/client.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { RunEventType, RunStatus, StoredValue } from '#pipeline/events.ts'
import { findPart } from '#server/engine/spread/find-part.ts'
import { whyQueued } from '#server/workers/why-queued.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { Engine } from '#server/engine/engine.ts'
import type { RunService } from '#server/services.ts'
import { findLastEvent, findSuccess } from './find-events.ts'
import { listRuns } from './list-runs.ts'
import { createRunOverviews } from './run-overviews.ts'
import type { RunMessage } from './run-records.ts'
import { runColumns, runSummaryOf, type RunRow } from './run-rows.ts'
import { readItems } from './spread-items.ts'
import type { RunStarter } from './start-run.ts'

const runNotFound = (id: string): OrchestratorError =>
  new OrchestratorError('not-found', `There is no run "${id}".`, { retryable: false })

const finalEvents: readonly RunEventType[] = ['run-succeeded', 'run-failed', 'run-cancelled']
const finalStatuses: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled']
const entriesPerRead = 1_000

/** The runs of a workspace; the engine carries them out. */
export function createRuns(database: Database, engine: Engine, starter: RunStarter): RunService {
  const { query } = database
  const overviews = createRunOverviews((runId, range) => engine.entries(runId, range))

  async function findRun(scope: Scope, runId: string): Promise<RunRow> {
    const { rows } = await query<RunRow>(`select ${runColumns} from runs r where r.workspace_id = $1 and r.id = $2`, [
      scope.workspaceId,
      runId,
    ])
    if (!rows[0]) throw runNotFound(runId)
    return rows[0]
  }

  /** Undefined unless the run has succeeded, with its last event. */
  async function storedOutputs(runId: string): Promise<StoredValue | undefined> {
    const last = await findLastEvent(query, runId)
    return last?.type === 'run-succeeded' ? last.outputs : undefined
  }

  /** A run that is over has everything in the journal; nothing live will follow. */
  async function* storedEvents(runId: string, afterSeq: number, signal: AbortSignal): AsyncGenerator<RunMessage> {
    for (let after = afterSeq; !signal.aborted;) {
      const entries = await engine.entries(runId, { after, limit: entriesPerRead })
      for (const entry of entries) yield { kind: 'event', entry }
      if (entries.length < entriesPerRead) return
      after = entries.at(-1)?.seq ?? after
    }
  }

  return {
    async start(scope, { pipelineId, versionNumber = null, options, ...more }) {
      return starter.start(scope, {
        pipelineId,
        versionNumber,
        document: await starter.documentOf(scope, pipelineId, versionNumber),
        ...more,
        options: await starter.options(scope, options, versionNumber === null ? pipelineId : null),
        sourceRunId: options?.reuse?.runId,
      })
    },

    cancel: (scope, runId) => engine.cancel(scope, runId),

    async get(scope, runId) {
      type Row = RunRow & {
        content: PipelineDocument
        inputs: Record<string, unknown>
        outputs: unknown
        created_by: string
      }
      const { rows } = await query<Row>(
        `select ${runColumns}, r.inputs, r.outputs, r.created_by, d.content from runs r
         join documents d on d.workspace_id = r.workspace_id and d.hash = r.document_hash
         where r.workspace_id = $1 and r.id = $2`,
        [scope.workspaceId, runId],
      )
      const [row] = rows
      if (!row) throw runNotFound(runId)
      const { content: document, inputs, outputs, created_by: createdBy } = row
      const stored = row.status === 'succeeded' ? await storedOutputs(runId) : undefined
      const outputsArePreview = stored !== undefined && 'blob' in stored
      const blocked = row.status === 'queued' ? await whyQueued(query, runId) : null
      return { ...runSummaryOf(row), document, inputs, outputs, outputsArePreview, createdBy, blocked }
    },

    async entries(scope, runId, afterSeq, limit) {
      await findRun(scope, runId)
      const entries = await engine.entries(runId, { after: afterSeq, limit })
      return { entries, nextSeq: entries.length === limit ? (entries.at(-1)?.seq ?? null) : null }
    },

    async partOf(scope, runId, path) {
      await findRun(scope, runId)
      return { runId: await findPart(query, runId, path) }
    },

    list: (scope, options) => listRuns(query, scope, options),

    async view(scope, runId) {
      await findRun(scope, runId)
      return overviews.view(runId)
    },

    async items(scope, runId, range) {
      await findRun(scope, runId)
      return readItems(query, overviews, runId, range)
    },

    async keep(scope, runId, keep) {
      const { affected } = await query('update runs set keep = $3 where workspace_id = $1 and id = $2', [
        scope.workspaceId,
        runId,
        keep,
      ])
      if (affected === 0) throw runNotFound(runId)
    },

    async *watch(scope, runId, afterSeq, signal) {
      const { status } = await findRun(scope, runId)
      if (finalStatuses.includes(status)) {
        yield* storedEvents(runId, afterSeq, signal)
        return
      }
      for await (const message of engine.watch(runId, afterSeq, signal)) {
        yield message
        if (message.kind === 'event' && finalEvents.includes(message.entry.event.type)) return
      }
    },

    async *changes(scope, signal) {
      for await (const { runId } of engine.watchRuns(scope, signal)) {
        const { rows } = await query<RunRow>(
          `select ${runColumns} from runs r where r.workspace_id = $1 and r.id = $2`,
          [scope.workspaceId, runId],
        )
        if (rows[0]) yield runSummaryOf(rows[0])
      }
    },

    async value(scope, runId, path) {
      const { status } = await findRun(scope, runId)
      const holder = path === '' ? runId : ((await findPart(query, runId, path)) ?? runId)
      const stored = path === '' ? await storedOutputs(runId) : (await findSuccess(query, holder, path))?.output
      if (stored) return { value: await engine.load(stored) }
      throw new OrchestratorError(
        'not-found',
        path === '' ? `The run has no outputs; its status is ${status}.` : `Step "${path}" has no output in this run.`,
        { retryable: false },
      )
    },
  }
}
