import type * as Y from 'yjs'
import type { PipelineDocument, Step } from '../document.ts'
import {
  edgesMap,
  layoutMap,
  type PlainMap,
  pipelineMap,
  plainEntries,
  readRecord,
  readStepContent,
  type StepContent,
  stepsMap,
} from './draft-shape.ts'
import { type DraftOutline, outlineOf } from './outline.ts'

/** All stored steps and what follows from them together. */
export function readDraft(doc: Y.Doc): { contents: Map<string, StepContent>; outline: DraftOutline } {
  const contents = new Map<string, StepContent>()
  for (const [key, map] of stepsMap(doc).entries()) contents.set(key, readStepContent(map))
  return { contents, outline: outlineOf(contents, edgesMap(doc).entries()) }
}

/** A stored step as it stands in the document, `needs` included, without the steps of its body. */
export function stepOf(content: StepContent, needs: readonly string[] | undefined): Step {
  if (needs?.length) return { ...content.step, needs: [...needs] }
  return content.emptyNeeds ? { ...content.step, needs: [] } : content.step
}

/** The document a draft stands for. Always consistent, whatever was edited at once; values are shared: do not mutate. */
export function documentFromDraft(doc: Y.Doc): PipelineDocument {
  const { contents, outline } = readDraft(doc)
  const graph = (parent: string | null): Step[] =>
    (outline.children.get(parent) ?? []).map((key) => {
      const content = contents.get(key)!
      const step = stepOf(content, outline.needsOf.get(key))
      return content.body || outline.children.has(key) ? { ...step, steps: graph(key) } : step
    })
  const top = pipelineMap(doc)
  const inputs = readRecord(top, 'input')
  const outputs = readRecord(top, 'output')
  const layout = readLayout(layoutMap(doc), contents, outline)
  return Object.fromEntries([
    ...plainEntries(top),
    ...(inputs ? [['inputs', inputs]] : []),
    ['steps', graph(null)],
    ...(outputs ? [['outputs', outputs]] : []),
    ...(layout ? [['layout', layout]] : []),
  ]) as PipelineDocument
}

function readLayout(
  map: PlainMap,
  contents: ReadonlyMap<string, StepContent>,
  outline: DraftOutline,
): Record<string, unknown> | undefined {
  const steps = new Map<string, unknown>()
  for (const [key, path] of outline.pathOf) {
    const { layout } = contents.get(key)!
    if (layout && !steps.has(path)) steps.set(path, layout)
  }
  for (const [path, layout] of Object.entries(readRecord(map, 'steps') ?? {})) {
    if (!steps.has(path)) steps.set(path, layout)
  }
  const notes = readRecord(map, 'notes')
  const entries: [string, unknown][] = plainEntries(map)
  if (steps.size > 0 || map.has('$steps')) entries.push(['steps', Object.fromEntries(steps)])
  if (notes) entries.push(['notes', notes])
  return entries.length > 0 || map.has('$present') ? Object.fromEntries(entries) : undefined
}
