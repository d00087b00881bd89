import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { documentFromDraft, draftFromDocument } from '#pipeline/draft/draft.ts'
import { type DraftTransport, type Editor, PushRefusedError } from './editor.ts'
import { keyOf, openTestEditor, pipelineOf } from './testing.ts'

/** A server in memory: keeps the draft, relays updates, and can be away or refuse. */
class MemoryServer {
  doc = draftFromDocument(pipelineOf([{ id: 'a', type: 'data.json', with: { x: 1, y: 1 } }]))
  mode: 'up' | 'away' | 'refusing' | 'answer-lost' = 'up'
  pushes = 0
  #log: { seq: number; client: string; update: Uint8Array }[] = []
  #listeners = new Set<(change: { seq: number; client: string; update: Uint8Array }) => void>()

  transport(): DraftTransport {
    return {
      push: async (update, client) => {
        this.pushes++
        if (this.mode === 'away') throw new Error('fetch failed')
        if (this.mode === 'refusing') throw new PushRefusedError('deleted')
        const change = { seq: this.#log.length + 1, client, update }
        this.#log.push(change)
        Y.applyUpdate(this.doc, update)
        for (const listener of this.#listeners) listener(change)
        if (this.mode === 'answer-lost') {
          this.mode = 'up'
          throw new Error('connection reset')
        }
        return { seq: change.seq }
      },
      subscribe: (afterSeq, onChange) => {
        for (const change of this.#log) if (change.seq > afterSeq) onChange(change)
        this.#listeners.add(onChange)
        return () => this.#listeners.delete(onChange)
      },
    }
  }

  open(): Editor {
    return openTestEditor(pipelineOf([]), {
      update: Y.encodeStateAsUpdate(this.doc),
      seq: this.#log.length,
      transport: this.transport(),
    })
  }
}

let server: MemoryServer
const open: Editor[] = []
const openTab = (): Editor => {
  const editor = server.open()
  open.push(editor)
  return editor
}
beforeEach(() => {
  vi.useFakeTimers()
  server = new MemoryServer()
})
afterEach(() => {
  for (const editor of open.splice(0)) editor.close()
  vi.useRealTimers()
})

describe('saving a draft', () => {
  it('sends a burst of edits as one update and says so', async () => {
    const editor = openTab()
    const key = keyOf(editor, 'a')
    for (const value of [2, 3, 4]) editor.actions.setConfigField(key, 'x', value)
    expect(editor.store.getState().saveState).toBe('saving')
    expect(editor.unsaved).toBe(true)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(server.pushes).toBe(1)
    expect(editor.store.getState().saveState).toBe('saved')
    expect(documentFromDraft(server.doc)).toEqual(editor.document())
  })

  it('keeps edits while the server is away and sends them, in order, when it is back', async () => {
    const editor = openTab()
    const key = keyOf(editor, 'a')
    server.mode = 'away'
    editor.actions.setConfigField(key, 'x', 2)
    await vi.advanceTimersByTimeAsync(500)
    expect(editor.store.getState().saveState).toBe('offline')
    editor.actions.renameStep(key, 'renamed')
    await vi.advanceTimersByTimeAsync(5_000)
    server.mode = 'up'
    await vi.advanceTimersByTimeAsync(10_000)
    expect(editor.store.getState().saveState).toBe('saved')
    expect(documentFromDraft(server.doc)).toEqual(editor.document())
  })

  it('is not harmed by an answer that got lost', async () => {
    const editor = openTab()
    server.mode = 'answer-lost'
    const before = editor.document().steps.length
    editor.actions.addStep({ type: 'data.json' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(server.pushes).toBe(2)
    expect(documentFromDraft(server.doc).steps).toHaveLength(before + 1)
    expect(editor.store.getState().saveState).toBe('saved')
  })

  it('stops and says so when the server refuses', async () => {
    const editor = openTab()
    server.mode = 'refusing'
    editor.actions.setPipelineName('Other')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(server.pushes).toBe(1)
    expect(editor.store.getState().saveState).toBe('refused')
  })

  it('sends at once what is left when it is closed', async () => {
    const editor = openTab()
    editor.actions.setPipelineName('Last words')
    editor.close()
    await vi.advanceTimersByTimeAsync(0)
    expect(documentFromDraft(server.doc).name).toBe('Last words')
  })
})

describe('two tabs', () => {
  it('see each other and never overwrite one another', async () => {
    const [left, right] = [openTab(), openTab()]
    const key = keyOf(left, 'a')
    left.actions.setConfigField(key, 'x', 'left')
    right.actions.setConfigField(key, 'y', 'right')
    right.actions.addStep({ type: 'data.json', connectFrom: { key } })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(left.document()).toEqual(right.document())
    expect(left.document().steps[0]!.with).toEqual({ x: 'left', y: 'right' })
    expect(left.document()).toEqual(documentFromDraft(server.doc))
  })

  it('undo their own edits only', async () => {
    const [left, right] = [openTab(), openTab()]
    left.actions.setPipelineName('Left was here')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(right.store.getState().name).toBe('Left was here')
    expect(right.store.getState().canUndo).toBe(false)
    right.actions.setConfigField(keyOf(right, 'a'), 'x', 2)
    await vi.advanceTimersByTimeAsync(1_000)
    left.actions.undo()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(right.store.getState().name).toBe('Test')
    expect(right.document().steps[0]!.with).toMatchObject({ x: 2 })
    expect(left.document()).toEqual(right.document())
  })

  it('drop a selected step that the other one deletes', async () => {
    const [left, right] = [openTab(), openTab()]
    const key = keyOf(left, 'a')
    right.actions.select([key])
    left.actions.removeSteps([key])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(right.store.getState().selection.steps).toEqual([])
  })
})
