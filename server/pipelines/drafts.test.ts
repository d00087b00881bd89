import { beforeAll, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import { documentFromDraft, draftFromDocument, pipelineMap, setPlain } from '#pipeline/draft/draft.ts'
import { pipelineCardOf } from '#pipeline/miniature.ts'
import { newId } from '#pipeline/new-id.ts'
import { localScope } from '#server/auth/scope.ts'
import { openDraftRelay } from './draft-relay.ts'
import { createDrafts, type Drafts } from './drafts.ts'
import type { DraftChange } from './pipeline-records.ts'

/** A browser tab: a draft of its own, which sends what is changed in it. */
class Tab {
  readonly doc = new Y.Doc()
  readonly name: string
  seq: number
  readonly #drafts: Drafts
  readonly #id: string

  constructor(drafts: Drafts, id: string, name: string, state: { update: string; seq: number }) {
    this.#drafts = drafts
    this.#id = id
    this.name = name
    this.seq = state.seq
    Y.applyUpdate(this.doc, Buffer.from(state.update, 'base64'))
  }

  static async open(drafts: Drafts, id: string, name: string): Promise<Tab> {
    return new Tab(drafts, id, name, await drafts.load(localScope, id))
  }

  async edit(change: (doc: Y.Doc) => void): Promise<number> {
    const before = Y.encodeStateVector(this.doc)
    change(this.doc)
    const update = Buffer.from(Y.encodeStateAsUpdate(this.doc, before)).toString('base64')
    return (await this.#drafts.push(localScope, this.#id, { client: this.name, update })).seq
  }

  receive(change: DraftChange): void {
    this.seq = change.seq
    Y.applyUpdate(this.doc, Buffer.from(change.update, 'base64'))
  }
}

const setField = (name: string, value: string) => (doc: Y.Doc) => setPlain(pipelineMap(doc), name, value)

describeEachDatabase('drafts', (open) => {
  let database: Database
  let drafts: Drafts
  let another: Drafts

  beforeAll(async () => {
    database = await open()
    drafts = createDrafts(database, new Map(), await openDraftRelay(database))
    another = createDrafts(database, new Map(), await openDraftRelay(database))
  })

  const makePipeline = async (): Promise<string> => {
    const id = newId()
    const document = { orchestrator: 1 as const, name: 'Draft', steps: [{ id: 'a', type: 'text.template' }] }
    await database.query(
      `insert into pipelines (id, workspace_id, name, document, card, snapshot, created_by)
       values ($1, 'local', 'Draft', $2, $3, $4, 'owner')`,
      [
        id,
        JSON.stringify(document),
        JSON.stringify(pipelineCardOf(document, new Map())),
        Y.encodeStateAsUpdate(draftFromDocument(document)),
      ],
    )
    return id
  }

  const storedOf = async (id: string) => {
    const { rows } = await database.query<{ name: string; document: unknown; draft_seq: number; snapshot_seq: number }>(
      'select name, document, draft_seq, snapshot_seq from pipelines where id = $1',
      [id],
    )
    return rows[0]
  }

  const take = async (changes: AsyncIterable<DraftChange>, count: number): Promise<DraftChange[]> => {
    const taken: DraftChange[] = []
    for await (const change of changes) {
      taken.push(change)
      if (taken.length === count) break
    }
    return taken
  }

  it('keeps both changes when two tabs edit at once, and stores the document they make', async () => {
    const id = await makePipeline()
    const left = await Tab.open(drafts, id, 'left')
    const right = await Tab.open(another, id, 'right')
    await Promise.all([left.edit(setField('name', 'Renamed')), right.edit(setField('description', 'Described'))])
    const stop = new AbortController()
    for (const change of await take(drafts.changes(localScope, id, 0, stop.signal), 2)) {
      left.receive(change)
      right.receive(change)
    }
    expect(documentFromDraft(left.doc)).toEqual(documentFromDraft(right.doc))
    const stored = await storedOf(id)
    expect(stored).toMatchObject({ name: 'Renamed', draft_seq: 2 })
    expect(stored?.document).toEqual(documentFromDraft(left.doc))
    expect(stored?.document).toMatchObject({ name: 'Renamed', description: 'Described' })
  })

  it('numbers concurrent pushes of two processes without a gap or a double', async () => {
    const id = await makePipeline()
    const one = await Tab.open(drafts, id, 'one')
    const two = await Tab.open(another, id, 'two')
    const pushes = Array.from({ length: 30 }, (_, index) => (index % 2 ? one : two).edit(setField(`key${index}`, 'x')))
    const seqs = await Promise.all(pushes)
    expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
    const stored = await storedOf(id)
    expect(Object.keys(stored?.document as object).filter((key) => key.startsWith('key'))).toHaveLength(30)
  })

  it('tells a tab about changes that another process took, as they happen', async () => {
    const id = await makePipeline()
    const stop = new AbortController()
    const heard = take(drafts.changes(localScope, id, 0, stop.signal), 3)
    const tab = await Tab.open(another, id, 'elsewhere')
    for (const value of ['x', 'y', 'z']) await tab.edit(setField('name', value))
    expect((await heard).map(({ seq, client }) => [seq, client])).toEqual([
      [1, 'elsewhere'],
      [2, 'elsewhere'],
      [3, 'elsewhere'],
    ])
  })

  it('folds many updates into the snapshot, and brings a tab that was away up to date all the same', async () => {
    const id = await makePipeline()
    const away = await Tab.open(drafts, id, 'away')
    const busy = await Tab.open(drafts, id, 'busy')
    for (let index = 0; index < 205; index++) await busy.edit(setField('name', `name ${index}`))
    expect((await storedOf(id))?.snapshot_seq).toBe(200)
    const stop = new AbortController()
    for await (const change of drafts.changes(localScope, id, away.seq, stop.signal)) {
      away.receive(change)
      if (away.seq === 205) break
    }
    expect(documentFromDraft(away.doc).name).toBe('name 204')
    const fresh = await Tab.open(another, id, 'fresh')
    expect(documentFromDraft(fresh.doc).name).toBe('name 204')
  })

  it('refuses bytes that are no update, and stays usable', async () => {
    const id = await makePipeline()
    const garbage = Buffer.from('this is no update').toString('base64')
    await expect(drafts.push(localScope, id, { client: 'x', update: garbage })).rejects.toMatchObject({
      code: 'invalid-request',
    })
    const tab = await Tab.open(drafts, id, 'x')
    expect(await tab.edit(setField('name', 'still here'))).toBe(1)
  })

  it('ends a subscription when its signal aborts', async () => {
    const id = await makePipeline()
    const stop = new AbortController()
    const ended = take(drafts.changes(localScope, id, 0, stop.signal), 1)
    stop.abort()
    expect(await ended).toEqual([])
  })

  it('knows no pipeline of another workspace', async () => {
    const id = await makePipeline()
    const outsider = { ...localScope, workspaceId: 'elsewhere' }
    const none = { code: 'not-found' }
    await expect(drafts.load(outsider, id)).rejects.toMatchObject(none)
    await expect(drafts.push(outsider, id, { client: 'x', update: 'AAA=' })).rejects.toMatchObject(none)
    await expect(take(drafts.changes(outsider, id, 0, new AbortController().signal), 1)).rejects.toMatchObject(none)
  })
})
