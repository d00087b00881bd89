import * as Y from 'yjs'
import type { Database, Query, Transaction } from '#db/client.ts'
import { documentFromDraft } from '#pipeline/draft/draft.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import { pipelineCardOf } from '#pipeline/miniature.ts'
import type { Scope } from '#server/auth/scope.ts'
import type { DraftService } from '#server/services.ts'
import type { DraftRelay } from './draft-relay.ts'
import { applyForeignUpdate, DraftStore } from './draft-store.ts'
import type { DraftChange, DraftState } from './pipeline-records.ts'
import { findPipeline, pipelineNotFound, type PipelineRow } from './pipeline-rows.ts'

/** What a pipeline is called while its name field is empty. */
export const untitled = 'Untitled pipeline'

/** Updates kept one by one before they are folded into the snapshot. */
const updatesPerSnapshot = 200
const changesPerRead = 100

export interface Drafts extends DraftService {
  /** Changes a draft from the server's side; every open tab gets it like the change of another tab. */
  edit(scope: Scope, id: string, change: (doc: Y.Doc) => void): Promise<{ seq: number }>
}

const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** The drafts of pipelines: updates are numbered under the pipeline's row lock, so every reader sees the same order. */
export function createDrafts(
  database: Database,
  manifests: ReadonlyMap<string, StepManifest>,
  relay: DraftRelay,
): Drafts {
  const store = new DraftStore()

  async function append(
    transaction: Transaction,
    scope: Scope,
    row: PipelineRow,
    change: { client: string; apply: (doc: Y.Doc) => Uint8Array },
  ): Promise<{ seq: number }> {
    const { query } = transaction
    const draft = await store.load(query, row)
    const update = change.apply(draft.doc)
    const seq = row.draft_seq + 1
    draft.seq = seq
    const document = documentFromDraft(draft.doc)
    const name = document.name?.trim() || untitled
    await query(
      'insert into pipeline_updates (pipeline_id, workspace_id, seq, client, update) values ($1, $2, $3, $4, $5)',
      [row.id, scope.workspaceId, seq, change.client, update],
    )
    await query(
      'update pipelines set document = $2, card = $3, name = $4, draft_seq = $5, updated_at = now() where id = $1',
      [row.id, JSON.stringify(document), JSON.stringify(pipelineCardOf(document, manifests)), name, seq],
    )
    if (seq - row.snapshot_seq >= updatesPerSnapshot) await fold(query, row.id, draft.doc, seq)
    await relay.announce(query, row.id)
    return { seq }
  }

  /** Readers that are behind the folded updates get the whole draft instead, which Yjs merges just as well. */
  async function fold(query: Query, id: string, doc: Y.Doc, seq: number): Promise<void> {
    await query('update pipelines set snapshot = $2, snapshot_seq = $3 where id = $1', [
      id,
      Y.encodeStateAsUpdate(doc),
      seq,
    ])
    await query('delete from pipeline_updates where pipeline_id = $1 and seq <= $2', [id, seq])
  }

  const change = (
    scope: Scope,
    id: string,
    client: string,
    apply: (doc: Y.Doc) => Uint8Array,
  ): Promise<{ seq: number }> =>
    database
      .transaction(async (transaction) => {
        const row = await findPipeline(transaction.query, scope, id, { lock: true })
        return append(transaction, scope, row, { client, apply })
      })
      .catch((error: unknown) => {
        store.forget(id)
        throw error
      })

  const load = (scope: Scope, id: string): Promise<DraftState> =>
    database.transaction(async ({ query }) => {
      const draft = await store.load(query, await findPipeline(query, scope, id, { lock: true }))
      return { update: base64Of(Y.encodeStateAsUpdate(draft.doc)), seq: draft.seq }
    })

  /** Changes after `seq`, or the whole draft when some of them were folded away. */
  async function changesAfter(scope: Scope, id: string, seq: number): Promise<DraftChange[]> {
    const { rows } = await database.query<{
      draft_seq: number
      seq: number | null
      client: string
      update: Uint8Array
    }>(
      `select p.draft_seq, u.seq, u.client, u.update from pipelines p
       left join pipeline_updates u on u.pipeline_id = p.id and u.seq > $3
       where p.workspace_id = $1 and p.id = $2 and p.deleted_at is null order by u.seq limit $4`,
      [scope.workspaceId, id, seq, changesPerRead],
    )
    const [first] = rows
    if (!first) throw pipelineNotFound(id)
    if (first.draft_seq === seq) return []
    if (first.seq !== seq + 1) return [{ ...(await load(scope, id)), client: 'server' }]
    return rows.map((row) => ({ seq: row.seq ?? 0, client: row.client, update: base64Of(row.update) }))
  }

  return {
    load,
    push(scope, id, { client, update }) {
      const bytes = new Uint8Array(Buffer.from(update, 'base64'))
      return change(scope, id, client, (doc) => {
        applyForeignUpdate(doc, bytes)
        return bytes
      })
    },
    edit(scope, id, edit) {
      return change(scope, id, 'server', (doc) => {
        const before = Y.encodeStateVector(doc)
        doc.transact(() => edit(doc))
        return Y.encodeStateAsUpdate(doc, before)
      })
    },
    async *changes(scope, id, afterSeq, signal) {
      const { wake, end } = relay.follow(id)
      try {
        for (let seq = afterSeq; !signal.aborted;) {
          const changes = await changesAfter(scope, id, seq)
          for (const next of changes) {
            yield next
            seq = next.seq
          }
          if (changes.length === 0) await wake.wait(signal)
        }
      } finally {
        end()
      }
    },
  }
}
