import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { type PipelineDocument, pipelineDocumentSchema, type Step } from '../document.ts'
import { arbitraryDocument } from './arbitrary-document.ts'
import { applyDocument, documentFromDraft, draftFromDocument, edgeKey, edgesMap, readDraft, stepsMap } from './draft.ts'

const copyOf = (doc: Y.Doc): Y.Doc => {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  return copy
}
const exchange = (left: Y.Doc, right: Y.Doc): void => {
  Y.applyUpdate(left, Y.encodeStateAsUpdate(right, Y.encodeStateVector(left)))
  Y.applyUpdate(right, Y.encodeStateAsUpdate(left, Y.encodeStateVector(right)))
}
const keyOf = (doc: Y.Doc, path: string): string => {
  for (const [key, other] of readDraft(doc).outline.pathOf) if (other === path) return key
  throw new Error(`no step ${path}`)
}
const pipeline = (steps: Step[]): PipelineDocument => ({ orchestrator: 1, name: 'Test', steps })
const step = (id: string, rest: Partial<Step> = {}): Step => ({ id, type: 'data.json', ...rest })

describe('documentFromDraft', () => {
  it('gives back any document that went in, also after a trip over the wire', () => {
    fc.assert(
      fc.property(arbitraryDocument, (document) => {
        const doc = draftFromDocument(document)
        expect(documentFromDraft(doc)).toEqual(document)
        expect(documentFromDraft(copyOf(doc))).toEqual(document)
      }),
    )
  })

  it('keeps the order of inputs, outputs and settings', () => {
    const document = {
      ...pipeline([step('a', { with: { z: 1, a: 2, m: 3 } })]),
      inputs: { zeta: { type: 'text' as const }, alpha: { type: 'text' as const } },
      outputs: { two: 2, one: 1 },
    }
    const read = documentFromDraft(copyOf(draftFromDocument(document)))
    expect(Object.keys(read.inputs!)).toEqual(['zeta', 'alpha'])
    expect(Object.keys(read.outputs!)).toEqual(['two', 'one'])
    expect(Object.keys(read.steps[0]!.with!)).toEqual(['z', 'a', 'm'])
  })
})

describe('applyDocument', () => {
  it('turns any draft into any document', () => {
    fc.assert(
      fc.property(arbitraryDocument, arbitraryDocument, (before, after) => {
        const doc = draftFromDocument(before)
        applyDocument(doc, after)
        expect(documentFromDraft(doc)).toEqual(after)
      }),
    )
  })

  it('writes nothing when nothing changed', () => {
    fc.assert(
      fc.property(arbitraryDocument, (document) => {
        const doc = draftFromDocument(document)
        let updates = 0
        doc.on('update', () => updates++)
        applyDocument(doc, structuredClone(document))
        expect(updates).toBe(0)
      }),
    )
  })

  it('keeps the keys of steps that stay when others come, go and change places', () => {
    const doc = draftFromDocument(pipeline([step('a'), step('b'), step('c')]))
    const before = keyOf(doc, 'c')
    applyDocument(doc, pipeline([step('c', { needs: ['x'] }), step('x'), step('b')]))
    expect(keyOf(doc, 'c')).toBe(before)
    expect(documentFromDraft(doc).steps.map(({ id }) => id)).toEqual(['c', 'x', 'b'])
  })
})

describe('edits made at once', () => {
  const base = pipeline([
    step('a', { with: { url: 'one', method: 'GET' } }),
    step('b', { needs: ['a'] }),
    step('c'),
    step('each', { type: 'flow.map', steps: [step('inner')] }),
  ])
  const both = (left: (doc: Y.Doc) => void, right: (doc: Y.Doc) => void): PipelineDocument => {
    const first = draftFromDocument(base)
    const second = copyOf(first)
    left(first)
    right(second)
    exchange(first, second)
    expect(documentFromDraft(first)).toEqual(documentFromDraft(second))
    return documentFromDraft(first)
  }

  it('merges two settings of one step', () => {
    const merged = both(
      (doc) => stepsMap(doc).get(keyOf(doc, 'a'))!.set('$with:url', 'two'),
      (doc) => stepsMap(doc).get(keyOf(doc, 'a'))!.set('$with:method', 'POST'),
    )
    expect(merged.steps[0]!.with).toEqual({ url: 'two', method: 'POST' })
  })

  it('drops the edge when one connects what the other deletes', () => {
    const merged = both(
      (doc) => {
        const [a, c] = [keyOf(doc, 'a'), keyOf(doc, 'c')]
        edgesMap(doc).set(edgeKey(a, null, c), { from: a, port: null, to: c, order: 'V' })
      },
      (doc) => stepsMap(doc).delete(keyOf(doc, 'a')),
    )
    expect(merged.steps.map(({ id, needs }) => [id, needs])).toEqual([
      ['b', undefined],
      ['c', undefined],
      ['each', undefined],
    ])
  })

  it('follows a rename while the other connects', () => {
    const merged = both(
      (doc) => stepsMap(doc).get(keyOf(doc, 'a'))!.set('id', 'renamed'),
      (doc) => {
        const [a, c] = [keyOf(doc, 'a'), keyOf(doc, 'c')]
        edgesMap(doc).set(edgeKey(a, 'error', c), { from: a, port: 'error', to: c, order: 'V' })
      },
    )
    expect(merged.steps.map(({ needs }) => needs)).toEqual([undefined, ['renamed'], ['renamed.error'], undefined])
  })

  it('drops what was added to a container the other deletes', () => {
    const merged = both(
      (doc) => stepsMap(doc).delete(keyOf(doc, 'each')),
      (doc) => stepsMap(doc).get(keyOf(doc, 'c'))!.set('$parent', keyOf(doc, 'each')),
    )
    expect(merged.steps.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('takes containers apart that were moved into each other', () => {
    const first = draftFromDocument(pipeline([step('m', { steps: [] }), step('n', { steps: [] })]))
    const second = copyOf(first)
    stepsMap(first).get(keyOf(first, 'm'))!.set('$parent', keyOf(first, 'n'))
    stepsMap(second).get(keyOf(second, 'n'))!.set('$parent', keyOf(second, 'm'))
    exchange(first, second)
    const merged = documentFromDraft(first)
    expect(merged).toEqual(documentFromDraft(second))
    const ids = (steps: Step[]): string[] => steps.flatMap(({ id, steps: body }) => [id, ...ids(body ?? [])])
    expect(ids(merged.steps).sort()).toEqual(['m', 'n'])
  })

  it('converges on a valid document whatever two people write, in whichever order it arrives', () => {
    fc.assert(
      fc.property(
        arbitraryDocument,
        fc.array(arbitraryDocument, { minLength: 1, maxLength: 3 }),
        fc.array(arbitraryDocument, { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.nat()),
        (document, lefts, rights, random) => {
          const first = draftFromDocument(document)
          const second = copyOf(first)
          const updates: Uint8Array[] = []
          const start = Y.encodeStateAsUpdate(first)
          for (const doc of [first, second]) doc.on('update', (update: Uint8Array) => updates.push(update))
          for (const next of lefts) applyDocument(first, next)
          for (const next of rights) applyDocument(second, next)
          const third = new Y.Doc()
          const shuffled = [start, ...updates].sort(() => (random.next().value % 2 === 0 ? 1 : -1))
          for (const update of shuffled) Y.applyUpdate(third, update)
          exchange(first, second)
          const merged = documentFromDraft(first)
          expect(documentFromDraft(second)).toEqual(merged)
          expect(documentFromDraft(third)).toEqual(merged)
          expect(pipelineDocumentSchema.safeParse(merged).error).toBeUndefined()
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('undo', () => {
  it('restores the exact document', () => {
    fc.assert(
      fc.property(arbitraryDocument, fc.array(arbitraryDocument, { minLength: 1, maxLength: 3 }), (document, edits) => {
        const doc = draftFromDocument(document)
        const local = { local: true }
        const undo = new Y.UndoManager(
          ['pipeline', 'steps', 'edges', 'layout'].map((name) => doc.getMap(name)),
          { trackedOrigins: new Set([local]), captureTimeout: 0 },
        )
        const states = [documentFromDraft(doc)]
        for (const next of edits) {
          undo.stopCapturing()
          const before = JSON.stringify(documentFromDraft(doc))
          applyDocument(doc, next, local)
          if (JSON.stringify(documentFromDraft(doc)) !== before) states.push(documentFromDraft(doc))
        }
        const last = states.at(-1)
        for (let index = states.length - 2; index >= 0; index--) {
          undo.undo()
          expect(documentFromDraft(doc)).toEqual(states[index])
        }
        for (let index = 1; index < states.length; index++) undo.redo()
        expect(documentFromDraft(doc)).toEqual(last)
      }),
      { numRuns: 50 },
    )
  })
})
