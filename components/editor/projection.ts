import {
  type DraftOutline,
  edgesMap,
  outlineOf,
  pipelineMap,
  readRecord,
  readStepContent,
  type StepContent,
  type StepLayout,
  stepOf,
  stepsMap,
} from '#pipeline/draft/draft.ts'
import type { InputSpec } from '#pipeline/document.ts'
import type * as Y from 'yjs'
import { roomOf } from './auto-layout.ts'
import type { EdgeView, EditorState, PipelineHead, StepView } from './editor-state.ts'
import type { PipelinePolicies } from './step-fields.ts'
import { layoutTree } from './layout-tree.ts'
import { isLane } from './lanes.ts'

/** The part of the editor's state that follows from the draft. */
export type ProjectedState = Pick<EditorState, 'stepKeys' | 'steps' | 'layouts' | 'edgeKeys' | 'edges' | 'usedPorts'> &
  PipelineHead

/**
 * Keeps plain objects in step with a draft, touching only what a change touched: a step nobody edited keeps its
 * StepView object, so nothing that shows it renders again.
 */
export class DraftProjection {
  state: ProjectedState
  outline: DraftOutline
  #doc: Y.Doc
  #contents = new Map<string, StepContent>()
  #dirtySteps = new Set<string>()
  #structureDirty = true
  #headDirty = true
  #unobserve: () => void

  constructor(doc: Y.Doc, onChange: (state: ProjectedState) => void) {
    this.#doc = doc
    const steps = stepsMap(doc)
    for (const [key, map] of steps.entries()) this.#contents.set(key, readStepContent(map))
    this.outline = outlineOf(this.#contents, edgesMap(doc).entries())
    this.state = {
      name: '',
      description: undefined,
      policies: {},
      inputs: {},
      outputs: {},
      stepKeys: [],
      steps: {},
      layouts: {},
      edgeKeys: [],
      edges: {},
      usedPorts: {},
    }
    this.#refresh()

    const onSteps = (events: Y.YEvent<Y.AbstractType<unknown>>[]): void => {
      for (const event of events) {
        const changed = event as unknown as Y.YMapEvent<unknown>
        if (event.path.length === 0) for (const key of changed.keysChanged) this.#dirtySteps.add(key)
        else this.#dirtySteps.add(String(event.path[0]))
      }
    }
    const onEdges = (): void => {
      this.#structureDirty = true
    }
    const onHead = (): void => {
      this.#headDirty = true
    }
    const onDone = (): void => {
      if (this.#dirtySteps.size === 0 && !this.#structureDirty && !this.#headDirty) return
      this.#refresh()
      onChange(this.state)
    }
    steps.observeDeep(onSteps)
    edgesMap(doc).observe(onEdges)
    pipelineMap(doc).observe(onHead)
    doc.on('afterTransaction', onDone)
    this.#unobserve = () => {
      steps.unobserveDeep(onSteps)
      edgesMap(doc).unobserve(onEdges)
      pipelineMap(doc).unobserve(onHead)
      doc.off('afterTransaction', onDone)
    }
  }

  close(): void {
    this.#unobserve()
  }

  #refresh(): void {
    let placesDirty = false
    const touched = [...this.#dirtySteps]
    for (const key of touched) {
      const before = this.#contents.get(key)
      const map = stepsMap(this.#doc).get(key)
      if (!map) {
        this.#contents.delete(key)
        this.#structureDirty = true
        continue
      }
      const after = readStepContent(map)
      // A moved card is the same step: what shows its settings does not render again.
      if (before && JSON.stringify(before.step) === JSON.stringify(after.step)) after.step = before.step
      this.#contents.set(key, after)
      if (
        !before ||
        before.step.id !== after.step.id ||
        before.parent !== after.parent ||
        before.order !== after.order ||
        before.body !== after.body ||
        before.emptyNeeds !== after.emptyNeeds
      ) {
        this.#structureDirty = true
      }
      if (before?.layout !== after.layout) placesDirty = true
    }
    let next = this.state
    if (this.#structureDirty) next = { ...next, ...this.#readStructure() }
    else if (touched.length > 0) {
      const steps = { ...next.steps }
      let changed = false
      for (const key of touched) {
        const view = this.#viewOf(key)
        if (view && view !== steps[key]) {
          steps[key] = view
          changed = true
        }
      }
      if (changed) next = { ...next, steps }
    }
    if (this.#structureDirty || placesDirty) next = { ...next, layouts: this.#readLayouts(next) }
    if (this.#headDirty) next = { ...next, ...this.#readHead() }
    this.state = next
    this.#dirtySteps.clear()
    this.#structureDirty = false
    this.#headDirty = false
  }

  #viewOf(key: string): StepView | undefined {
    const path = this.outline.pathOf.get(key)
    const content = this.#contents.get(key)
    if (path === undefined || !content) return undefined
    const needs = this.outline.needsOf.get(key)
    const before = this.state.steps[key]
    const parentKey = this.outline.parentOf.get(key) ?? null
    const container = content.body || this.outline.children.has(key)
    const sameNeeds = (before?.step.needs ?? []).join(' ') === (needs ?? []).join(' ')
    if (
      before &&
      before.path === path &&
      before.parentKey === parentKey &&
      before.container === container &&
      sameNeeds &&
      this.#sources.get(before) === content.step
    ) {
      return before
    }
    const view: StepView = { key, parentKey, path, container, step: stepOf(content, needs) }
    this.#sources.set(view, content.step)
    return view
  }
  /** The stored step each view was made of: the same object means that nothing in it changed. */
  #sources = new WeakMap<StepView, StepContent['step']>()

  #readStructure(): Pick<ProjectedState, 'stepKeys' | 'steps' | 'edgeKeys' | 'edges' | 'usedPorts'> {
    this.outline = outlineOf(this.#contents, edgesMap(this.#doc).entries())
    const stepKeys = [...this.outline.pathOf.keys()]
    const steps = Object.fromEntries(stepKeys.map((key) => [key, this.#viewOf(key)!]))
    const edges: Record<string, EdgeView> = {}
    const ports = new Map<string, Set<string>>()
    for (const { key, from, port, to } of this.outline.edges) {
      const before = this.state.edges[key]
      const view = { key, from, port: port ?? 'out', to }
      edges[key] = before && before.from === from && before.port === view.port && before.to === to ? before : view
      ports.set(from, (ports.get(from) ?? new Set()).add(view.port))
    }
    return {
      stepKeys: sameList(this.state.stepKeys, stepKeys),
      steps,
      edgeKeys: sameList(this.state.edgeKeys, Object.keys(edges)),
      edges,
      usedPorts: Object.fromEntries([...ports].map(([key, names]) => [key, [...names].join('\n')])),
    }
  }

  #readLayouts({ edges }: Pick<ProjectedState, 'edges'>): ProjectedState['layouts'] {
    const layouts: Record<string, StepLayout> = {}
    const { children } = this.outline
    const typeOf = (key: string): string => this.#contents.get(key)!.step.type
    for (const [parent, keys] of children) {
      const missing = keys.filter((key) => !this.#contents.get(key)!.layout)
      for (const key of keys) {
        const { layout } = this.#contents.get(key)!
        if (layout) layouts[key] = layout
      }
      if (missing.length === 0) continue
      const places = layoutTree(
        {
          childrenOf: (key) => (key === parent ? missing : (children.get(key) ?? [])),
          isContainer: (key) => this.#contents.get(key)!.body || children.has(key),
          typeOf,
          edges: Object.values(edges),
        },
        parent,
      )
      const present = keys
        .filter((key) => !isLane(typeOf(key)))
        .map((key) => layouts[key])
        .filter((layout) => layout !== undefined)
      // Beside what somebody has put somewhere, new ones come below it.
      const below =
        present.length > 0
          ? Math.max(...present.map((layout) => layout.y + (layout.height ?? roomOf(1).height))) + 48
          : 0
      for (const key of missing) {
        const place = places.get(key)!
        layouts[key] = { ...place, y: place.y + below }
      }
    }
    const { layouts: before } = this.state
    for (const [key, layout] of Object.entries(layouts)) {
      const known = before[key]
      if (known && JSON.stringify(known) === JSON.stringify(layout)) layouts[key] = known
    }
    return layouts
  }

  #readHead(): PipelineHead {
    const map = pipelineMap(this.#doc)
    return {
      name: (map.get('name') as string | undefined) ?? '',
      description: map.get('description') as string | undefined,
      policies: {
        limits: map.get('limits') as PipelinePolicies['limits'],
        concurrency: map.get('concurrency') as PipelinePolicies['concurrency'],
        priority: map.get('priority') as PipelinePolicies['priority'],
      },
      inputs: (readRecord(map, 'input') ?? {}) as Record<string, InputSpec>,
      outputs: readRecord(map, 'output') ?? {},
    }
  }
}

const sameList = (before: readonly string[], after: readonly string[]): readonly string[] =>
  before.length === after.length && before.every((value, index) => value === after[index]) ? before : after
