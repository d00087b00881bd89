import * as Y from 'yjs'
import type { Database, Query } from '#db/client.ts'
import { draftFromDocument, pipelineMap, setPlain } from '#pipeline/draft/draft.ts'
import { pipelineDocumentSchema, type PipelineDocument } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { inferEdges } from '#pipeline/infer-edges.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import { pipelineCardOf } from '#pipeline/miniature.ts'
import { newId } from '#pipeline/new-id.ts'
import { printPipeline } from '#pipeline/yaml.ts'
import type { Problem } from '#pipeline/problem.ts'
import { hasErrors, validatePipeline, validateText } from '#pipeline/validate.ts'
import type { Scope } from '#server/auth/scope.ts'
import { decodeCursor, encodeCursor, exactTimeSql, searchPattern } from '#server/page-cursor.ts'
import type { PipelineService } from '#server/services.ts'
import { untitled, type Drafts } from './drafts.ts'
import { loadCalledOf } from './load-called.ts'
import type { PipelineSummary } from './pipeline-records.ts'
import { documentOf, findPipeline, pipelineNotFound, summaryOf, type SummaryRow } from './pipeline-rows.ts'
import { resolveCalls } from './resolve-calls.ts'

/** Deleted pipelines can be restored for this long. */
const keepDeletedFor = '30 days'

/** One statement, whatever the number of pipelines: the page first, then the newest run of each of its rows. */
const listSql = `
  select page.*, r.id as run_id, r.status as run_status, r.created_at as run_created_at,
    r.started_at as run_started_at, r.finished_at as run_finished_at
  from (
    select id, name, card, created_at, updated_at, ${exactTimeSql('updated_at')} as exact_updated_at
    from pipelines
    where workspace_id = $1 and deleted_at is null
      and ($2::text is null or name ilike $2 or card ->> 'description' ilike $2)
      and ($3::timestamptz is null or updated_at < $3 or (updated_at = $3 and id > $4::text))
      and ($5::text is null or id = $5)
    order by updated_at desc, id limit $6
  ) page
  left join lateral (
    select id, status, created_at, started_at, finished_at from runs
    where workspace_id = $1 and pipeline_id = page.id and kind = 'run' and parent_run_id is null
    order by created_at desc limit 1
  ) r on true
  order by page.updated_at desc, page.id`

export interface Pipelines extends PipelineService {
  /** Puts a pipeline under a fixed id where none has that id yet; says whether it did. */
  seed(scope: Scope, id: string, document: PipelineDocument): Promise<boolean>
  /** Removes for good what was deleted long ago; called at start. */
  purge(): Promise<void>
}

/** The pipelines of a workspace. */
export function createPipelines(
  database: Database,
  manifests: ReadonlyMap<string, StepManifest>,
  drafts: Drafts,
): Pipelines {
  const { query } = database

  const summary = async (scope: Scope, id: string): Promise<PipelineSummary> => {
    const { rows } = await query<SummaryRow>(listSql, [scope.workspaceId, null, null, null, id, 1])
    if (!rows[0]) throw pipelineNotFound(id)
    return summaryOf(rows[0])
  }

  const insertUnder = async (scope: Scope, id: string, document: PipelineDocument): Promise<boolean> => {
    const { affected } = await query(
      `insert into pipelines (id, workspace_id, name, document, card, snapshot, created_by)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing`,
      [
        id,
        scope.workspaceId,
        document.name,
        JSON.stringify(document),
        JSON.stringify(pipelineCardOf(document, manifests)),
        Y.encodeStateAsUpdate(draftFromDocument(document)),
        scope.memberId,
      ],
    )
    return affected > 0
  }

  const insert = async (scope: Scope, document: PipelineDocument): Promise<PipelineSummary> => {
    const id = newId()
    await insertUnder(scope, id, document)
    return summary(scope, id)
  }

  const setDeleted = async (scope: Scope, id: string, deleted: boolean): Promise<void> => {
    const { affected } = await query(
      `update pipelines set deleted_at = ${deleted ? 'now()' : 'null'}
       where workspace_id = $1 and id = $2 and deleted_at is ${deleted ? 'null' : 'not null'}`,
      [scope.workspaceId, id],
    )
    if (affected === 0) throw pipelineNotFound(id)
  }

  return {
    async list(scope, { search, cursor, limit }) {
      const after = decodeCursor(cursor)
      const { rows } = await query<SummaryRow>(listSql, [
        scope.workspaceId,
        searchPattern(search),
        after?.at ?? null,
        after?.id ?? null,
        null,
        limit + 1,
      ])
      const items = rows.slice(0, limit)
      const last = items.at(-1)
      return {
        items: items.map(summaryOf),
        nextCursor: rows.length > limit && last ? encodeCursor({ at: last.exact_updated_at, id: last.id }) : null,
      }
    },

    async get(scope, id) {
      const row = await findPipeline(query, scope, id)
      return {
        id: row.id,
        name: row.name,
        document: row.document,
        draftSeq: row.draft_seq,
        createdAt: row.created_at.toISOString(),
        updatedAt: row.updated_at.toISOString(),
        latestVersion: await latestVersion(query, scope, id),
      }
    },

    create(scope, given) {
      const read = documentOf(given) ?? { orchestrator: 1, name: untitled, steps: [] }
      // In a text people often leave out what the expressions already say.
      const document = given.yaml === undefined ? read : inferEdges(read, manifests).document
      return insert(scope, given.name === undefined ? document : { ...document, name: given.name })
    },

    async duplicate(scope, id) {
      const { document } = await findPipeline(query, scope, id)
      const { rows } = await query<{ name: string }>(
        'select name from pipelines where workspace_id = $1 and deleted_at is null and starts_with(name, $2)',
        [scope.workspaceId, document.name],
      )
      return insert(scope, { ...document, name: copyName(document.name, new Set(rows.map((row) => row.name))) })
    },

    async rename(scope, id, name) {
      await drafts.edit(scope, id, (doc) => setPlain(pipelineMap(doc), 'name', name))
      return summary(scope, id)
    },

    delete: (scope, id) => setDeleted(scope, id, true),

    async restore(scope, id) {
      await setDeleted(scope, id, false)
      return summary(scope, id)
    },

    async validate(scope, given) {
      const withCalls = async (document: PipelineDocument | null, problems: Problem[]) => {
        // What it calls is looked at once the pipeline itself is in order.
        if (!document || hasErrors(problems)) return { document, problems }
        const called = await resolveCalls(document, manifests, loadCalledOf(query, scope))
        return { document, problems: [...problems, ...called.problems] }
      }
      if (given.yaml !== undefined) {
        const { document, problems } = validateText(given.yaml, manifests)
        return withCalls(document, problems)
      }
      if (given.document === undefined) {
        throw new OrchestratorError('invalid-request', 'There is nothing to validate: give a document or yaml.')
      }
      const parsed = pipelineDocumentSchema.safeParse(given.document)
      return withCalls(parsed.data ?? null, validatePipeline(given.document, manifests))
    },

    async exportYaml(scope, id) {
      const { name, document } = await findPipeline(query, scope, id)
      return { name, yaml: printPipeline(document) }
    },

    seed: insertUnder,

    async purge() {
      await query(`delete from pipelines where deleted_at < now() - interval '${keepDeletedFor}'`)
    },
  }
}

/** "Report copy", then "Report copy 2"; a copy of a copy counts on instead of piling up words. */
function copyName(name: string, taken: ReadonlySet<string>): string {
  const base = `${name.replace(/ copy( \d+)?$/, '')} copy`
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? base : `${base} ${number}`
    if (!taken.has(candidate)) return candidate
  }
}

async function latestVersion(query: Query, scope: Scope, id: string): Promise<number | null> {
  const { rows } = await query<{ number: number | null }>(
    'select max(number) as number from pipeline_versions where workspace_id = $1 and pipeline_id = $2',
    [scope.workspaceId, id],
  )
  return rows[0]?.number ?? null
}
