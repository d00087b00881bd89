import * as Y from 'yjs'
import type { PipelineDocument, Step } from '../document.ts'
import { readDraft } from './document-from-draft.ts'
import {
  type EdgeRecord,
  edgeKey,
  edgesMap,
  layoutMap,
  newStepKey,
  type PlainMap,
  pipelineMap,
  setPlain,
  setPlainEntries,
  setRecord,
  splitNeed,
  stepsMap,
  writeStepContent,
} from './draft-shape.ts'
import { reorder } from './fractional-order.ts'

/**
 * Changes a draft into this document with the smallest update: untouched steps, settings and edges are not written.
 * Steps are matched by path, so a step that changed its id or container counts as a new one.
 */
export function applyDocument(doc: Y.Doc, next: PipelineDocument, origin?: unknown): void {
  doc.transact(() => {
    const { inputs, outputs, steps, layout, ...rest } = next
    const top = pipelineMap(doc)
    setPlainEntries(top, definedEntries(rest))
    setRecord(top, 'input', inputs)
    setRecord(top, 'output', outputs)
    const written = writeSteps(doc, steps)
    writeEdges(doc, written)
    writeLayout(doc, layout, written)
  }, origin)
}

/** A new draft that holds this document. Load what it encodes into other drafts; never make two of one pipeline. */
export function draftFromDocument(document: PipelineDocument): Y.Doc {
  const doc = new Y.Doc()
  applyDocument(doc, document)
  return doc
}

interface WrittenStep {
  key: string
  path: string
  /** Keys of the same graph by id; the first of two equal ids. */
  siblings: ReadonlyMap<string, string>
  step: Step
}

const definedEntries = (record: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(record).filter(([, value]) => value !== undefined)

function writeSteps(doc: Y.Doc, steps: readonly Step[]): WrittenStep[] {
  const map = stepsMap(doc)
  const { contents, outline } = readDraft(doc)
  const byPath = new Map<string, string[]>()
  for (const [key, path] of outline.pathOf) byPath.set(path, [...(byPath.get(path) ?? []), key])

  const written: WrittenStep[] = []
  const writeGraph = (graph: readonly Step[], parent: string | null, prefix: string): void => {
    const known = graph.map((step) => {
      const key = byPath.get(prefix + step.id)?.shift()
      return key !== undefined && outline.parentOf.get(key) === parent ? key : undefined
    })
    const orders = reorder(known.map((key) => (key === undefined ? null : contents.get(key)!.order)))
    const keys = known.map((key) => key ?? newStepKey())
    const siblings = new Map<string, string>()
    for (const [index, step] of graph.entries()) if (!siblings.has(step.id)) siblings.set(step.id, keys[index]!)
    for (const [index, step] of graph.entries()) {
      const key = keys[index]!
      if (known[index] === undefined) map.set(key, new Y.Map())
      writeStepContent(map.get(key)!, parent, orders[index]!, step)
      const path = prefix + step.id
      written.push({ key, path, siblings, step })
      writeGraph(step.steps ?? [], key, `${path}.`)
    }
  }
  writeGraph(steps, null, '')
  const kept = new Set(written.map(({ key }) => key))
  for (const key of [...map.keys()]) if (!kept.has(key)) map.delete(key)
  return written
}

function writeEdges(doc: Y.Doc, written: readonly WrittenStep[]): void {
  const map = edgesMap(doc)
  const wanted = new Map<string, EdgeRecord>()
  for (const { key: to, siblings, step } of written) {
    const records = (step.needs ?? []).map((need) => {
      const { id, port } = splitNeed(need)
      const from = siblings.get(id)
      const record: EdgeRecord = from === undefined ? { raw: need, to, order: '' } : { from, port, to, order: '' }
      let key = from === undefined ? `${to}||${need}` : edgeKey(from, port, to)
      // The same need written twice: kept, because nothing of a text may get lost.
      while (wanted.has(key)) key += '|'
      wanted.set(key, record)
      return { key, record }
    })
    const orders = reorder(records.map(({ key }) => map.get(key)?.order ?? null))
    for (const [index, { record }] of records.entries()) record.order = orders[index]!
  }
  for (const key of [...map.keys()]) if (!wanted.has(key)) map.delete(key)
  for (const [key, record] of wanted) setPlain(map as PlainMap, key, record)
}

function writeLayout(doc: Y.Doc, layout: PipelineDocument['layout'], written: readonly WrittenStep[]): void {
  const map = layoutMap(doc)
  const { steps, notes, ...rest } = layout ?? {}
  const orphans = new Map(Object.entries(steps ?? {}))
  for (const { key, path } of written) {
    setPlain(stepsMap(doc).get(key)!, '$layout', orphans.get(path))
    orphans.delete(path)
  }
  setPlain(map, '$present', layout ? true : undefined)
  setRecord(map, 'steps', steps && Object.fromEntries(orphans))
  setRecord(map, 'notes', notes)
  setPlainEntries(map, definedEntries(rest))
}
