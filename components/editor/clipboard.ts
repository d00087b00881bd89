import type { JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'
import { newStepKey, pipelineMap, readRecord, setRecordEntry } from '#pipeline/draft/draft.ts'
import { parseNeed } from '#pipeline/edges.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { walkSteps } from '#pipeline/graph.ts'
import type { Problem } from '#pipeline/problem.ts'
import { renameStep } from '#pipeline/rename-step.ts'
import { parsePipeline, printPipeline } from '#pipeline/yaml.ts'
import { cardHeight, cardWidth, roomOf, snap } from './auto-layout.ts'
import { writeEdge } from './connections.ts'
import { childrenOf, type EditContext, keepPlaces, outermost, takenIds, writePlace } from './edit-context.ts'
import type { EditorState } from './editor-state.ts'
import { layoutTree } from './layout-tree.ts'
import { growToFit, roomyBoxOf } from './step-boxes.ts'
import { writeStep } from './step-structure.ts'
import { uniqueId } from './step-names.ts'

export type PasteResult = { ok: true; keys: string[] } | { ok: false; reason: string; problems?: Problem[] }

/** Steps as a pipeline text of their own, with their places and the edges between them. */
export function copySteps(state: EditorState, keys: readonly string[]): string {
  return printPipeline(documentOfSteps(state, keys))
}

function documentOfSteps(state: EditorState, keys: readonly string[]): PipelineDocument {
  const chosen = new Set(outermost(state, keys))
  const places: Record<string, { x: number; y: number; width?: number; height?: number }> = {}
  const graph = (list: readonly string[], prefix: string): Step[] => {
    const ids = new Set(list.map((key) => state.steps[key]!.step.id))
    return list.map((key) => {
      const { step, container } = state.steps[key]!
      const { needs, ...rest } = step
      const kept = needs?.filter((need) => ids.has(parseNeed(need).step))
      const path = prefix + step.id
      places[path] = { ...state.layouts[key]! }
      return {
        ...rest,
        ...(kept?.length ? { needs: kept } : {}),
        ...(container ? { steps: graph(childrenOf(state, key), `${path}.`) } : {}),
      }
    })
  }
  const steps = graph(
    state.stepKeys.filter((key) => chosen.has(key)),
    '',
  )
  return { orchestrator: 1, name: state.name, steps, layout: { steps: places } }
}

/** Text that starts like a list of steps, or has only `steps`, is read as one too. */
function withHeader(text: string): string {
  const trimmed = text.replaceAll('\r\n', '\n')
  if (/^\s*-\s+(?:\w+\s*:|\{)/.test(trimmed)) {
    return `orchestrator: 1\nname: Pasted\nsteps:\n${trimmed.replaceAll(/^/gm, '  ')}`
  }
  if (/^id\s*:/m.test(trimmed) && /^type\s*:/m.test(trimmed)) {
    const [first, ...rest] = trimmed.trim().split('\n')
    return `orchestrator: 1\nname: Pasted\nsteps:\n  - ${first}\n${rest.map((line) => `    ${line}`).join('\n')}`
  }
  if (/^steps\s*:/m.test(trimmed)) {
    const header = [
      /^orchestrator\s*:/m.test(trimmed) ? '' : 'orchestrator: 1\n',
      /^name\s*:/m.test(trimmed) ? '' : 'name: Pasted\n',
    ]
    return header.join('') + trimmed
  }
  return trimmed
}

/** Reads YAML of steps or of a whole pipeline and adds its steps at the top level, around the position. */
export function paste(context: EditContext, text: string, position?: { x: number; y: number }): PasteResult {
  const { document, problems } = parsePipeline(withHeader(text))
  if (!document) {
    const first = problems[0]
    return { ok: false, reason: first ? first.message : 'The text is not a pipeline.', problems }
  }
  return { ok: true, keys: insertDocument(context, document, { parentKey: null, ...(position ? { position } : {}) }) }
}

/** Copies steps beside themselves, edges between them included. */
export function duplicateSteps(context: EditContext, keys: readonly string[]): void {
  const state = context.store.getState()
  const roots = outermost(state, keys)
  if (roots.length === 0) return
  const byParent = Map.groupBy(roots, (key) => state.steps[key]!.parentKey)
  const added: string[] = []
  context.edit(() => {
    for (const [parentKey, group] of byParent) {
      added.push(...insertDocument(context, documentOfSteps(state, group), { parentKey, shift: 32 }))
    }
  })
  context.store.setState({ selection: { steps: added, edges: [] } })
}

interface InsertOptions {
  parentKey: string | null
  /** Middle of the new steps. */
  position?: { x: number; y: number }
  /** Instead of a position: this far right and below of where they were. */
  shift?: number
}

/** Adds a document's steps to a graph with ids nobody has; references among them follow. Returns the outermost keys. */
function insertDocument(context: EditContext, given: PipelineDocument, options: InsertOptions): string[] {
  const document = withFreeIds(context.store.getState(), given)
  const roots: string[] = []
  const places = placesOf(context, document, options)
  context.edit(() => {
    keepPlaces(context)
    addMissingInputs(context, document)
    const insertGraph = (steps: readonly Step[], parentKey: string | null, prefix: string): void => {
      const keys = new Map<string, string>()
      const written = steps.map((step) => {
        const key = newStepKey()
        if (!keys.has(step.id)) keys.set(step.id, key)
        if (prefix === '') roots.push(key)
        const { needs: _needs, ...rest } = step
        writeStep(context, key, parentKey, rest)
        writePlace(context, key, places.get(prefix + step.id) ?? { x: 0, y: 0 })
        return key
      })
      for (const [index, step] of steps.entries()) {
        for (const need of step.needs ?? []) {
          const { step: id, port } = parseNeed(need)
          const from = keys.get(id)
          if (from !== undefined) writeEdge(context, { from, port, to: written[index]! })
        }
        insertGraph(step.steps ?? [], written[index]!, `${prefix}${step.id}.`)
      }
    }
    insertGraph(document.steps, options.parentKey, '')
    growToFit(context, options.parentKey)
  })
  context.store.setState({ selection: { steps: roots, edges: [] } })
  return roots
}

/** The document with every id that is in use already changed to a free one, and what reads those steps with it. */
function withFreeIds(state: EditorState, given: PipelineDocument): PipelineDocument {
  const taken = takenIds(state)
  const own = new Set([...walkSteps(given.steps)].map(({ step }) => step.id))
  const inUse = new Set([...taken, ...own])
  let document = given
  // Inner ones first: a renamed container would change the paths of its body.
  for (const { path, step } of [...walkSteps(given.steps)].reverse()) {
    if (!taken.has(step.id)) continue
    for (let attempt = 0; ; attempt++) {
      const id = uniqueId(step.id, inUse)
      inUse.add(id)
      try {
        document = renameStep(document, path, id, state.manifests)
        break
      } catch (error) {
        // The name is read somewhere in the text already: the next number will do.
        if (!(error instanceof OrchestratorError) || attempt > 20) throw error
      }
    }
  }
  return document
}

/** A whole pipeline brings the inputs its steps read. */
function addMissingInputs(context: EditContext, document: PipelineDocument): void {
  const map = pipelineMap(context.doc)
  const present = readRecord(map, 'input') ?? {}
  for (const [name, spec] of Object.entries(document.inputs ?? {})) {
    if (!Object.hasOwn(present, name)) setRecordEntry(map, 'input', name, spec as JsonValue)
  }
}

function placesOf(
  context: EditContext,
  document: PipelineDocument,
  options: InsertOptions,
): Map<string, { x: number; y: number; width?: number; height?: number }> {
  const stored = document.layout?.steps ?? {}
  const paths = (steps: readonly Step[], prefix: string): [string, Step][] =>
    steps.flatMap((step) => [[prefix + step.id, step], ...paths(step.steps ?? [], `${prefix}${step.id}.`)])
  const all = new Map(paths(document.steps, ''))
  const places = new Map<string, { x: number; y: number; width?: number; height?: number }>(
    [...all.keys()].every((path) => stored[path])
      ? [...all.keys()].map((path) => [path, { ...stored[path]! }])
      : layoutTree(treeOf(all)),
  )
  const tops = document.steps.map((step) => places.get(step.id)!)
  if (tops.length === 0) return places
  const left = Math.min(...tops.map((place) => place.x))
  const top = Math.min(...tops.map((place) => place.y))
  const right = Math.max(...tops.map((place) => place.x + (place.width ?? cardWidth)))
  const bottom = Math.max(...tops.map((place) => place.y + (place.height ?? cardHeight)))
  const x = options.position ? options.position.x - (left + right) / 2 : (options.shift ?? 0)
  let y = options.position ? options.position.y - (top + bottom) / 2 : (options.shift ?? 0)
  const state = context.store.getState()
  const others = childrenOf(state, options.parentKey).map((key) => roomyBoxOf(context, state, key))
  const overlaps = (): boolean =>
    tops.some((place) =>
      others.some(
        (box) =>
          place.x + x < box.x + box.width &&
          box.x < place.x + x + (place.width ?? cardWidth) &&
          place.y + y < box.y + box.height &&
          box.y < place.y + y + (place.height ?? roomOf(1).height),
      ),
    )
  if (options.position) while (overlaps()) y += 32
  for (const step of document.steps) {
    const place = places.get(step.id)!
    places.set(step.id, { ...place, x: snap(place.x + x), y: snap(place.y + y) })
  }
  return places
}

function treeOf(all: ReadonlyMap<string, Step>) {
  const parentOf = (path: string): string | null => (path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : null)
  const edges = [...all].flatMap(([path, step]) => {
    const prefix = parentOf(path) === null ? '' : `${parentOf(path)}.`
    return (step.needs ?? []).map((need) => ({ from: prefix + parseNeed(need).step, to: path }))
  })
  return {
    childrenOf: (parent: string | null) => [...all.keys()].filter((path) => parentOf(path) === parent),
    isContainer: (path: string) => all.get(path)?.steps !== undefined,
    typeOf: (path: string) => all.get(path)?.type ?? '',
    edges,
  }
}
