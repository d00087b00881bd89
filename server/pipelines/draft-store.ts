import * as Y from 'yjs'
import type { Query } from '#db/client.ts'
import { OrchestratorError } from '#pipeline/errors.ts'

/** A draft in memory and the number of the last update in it. */
export interface LoadedDraft {
  doc: Y.Doc
  seq: number
}

/** Columns a draft is loaded from. */
export interface DraftRow {
  id: string
  snapshot: Uint8Array
  snapshot_seq: number
  draft_seq: number
}

/** How many drafts stay in memory between pushes, so that a push need not read the whole draft again. */
const keptDrafts = 50

/**
 * Drafts as Yjs documents. Call `load` only under the pipeline's row lock: the cached document is changed in place, and
 * a document that is ahead of its row (its transaction was rolled back) is thrown away.
 */
export class DraftStore {
  #kept = new Map<string, LoadedDraft>()

  async load(query: Query, row: DraftRow): Promise<LoadedDraft> {
    let draft = this.#kept.get(row.id)
    if (!draft || draft.seq > row.draft_seq || draft.seq < row.snapshot_seq) {
      draft = { doc: new Y.Doc(), seq: row.snapshot_seq }
      Y.applyUpdate(draft.doc, row.snapshot)
    }
    if (draft.seq < row.draft_seq) {
      const { rows } = await query<{ seq: number; update: Uint8Array }>(
        'select seq, update from pipeline_updates where pipeline_id = $1 and seq > $2 and seq <= $3 order by seq',
        [row.id, draft.seq, row.draft_seq],
      )
      for (const { update } of rows) Y.applyUpdate(draft.doc, update)
      draft.seq = row.draft_seq
    }
    this.#kept.delete(row.id)
    this.#kept.set(row.id, draft)
    const oldest = this.#kept.size > keptDrafts ? this.#kept.keys().next().value : undefined
    if (oldest !== undefined) this.#kept.delete(oldest)
    return draft
  }

  /** After a failed change: what is in memory may hold what the database does not. */
  forget(id: string): void {
    this.#kept.delete(id)
  }
}

/** Applies an update from outside; bytes that are not one are an `invalid-request`. */
export function applyForeignUpdate(doc: Y.Doc, update: Uint8Array): void {
  try {
    Y.applyUpdate(doc, update)
  } catch (cause) {
    throw new OrchestratorError('invalid-request', 'The draft update cannot be read.', { cause, retryable: false })
  }
}
