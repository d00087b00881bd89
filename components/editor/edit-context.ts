import { type EdgeRecord, edgesMap, stepsMap, setPlain } from '#pipeline/draft/draft.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import type * as Y from 'yjs'
import type { StoreApi } from 'zustand/vanilla'
import type { EditorState, StepView } from './editor-state.ts'
import { displayName } from './step-names.ts'

/** Outcome of an edit that can be refused, with the reason for people. */
export type EditResult = { ok: true } | { ok: false; reason: string }

/** What the editing functions share. */
export interface EditContext {
  doc: Y.Doc
  store: StoreApi<EditorState>
  /**
   * Runs a change of the draft as one undo step. Edits with the same `merge` text that follow each other within a second
   * (typing into one field) are one step together. Does nothing when the editor is read only.
   */
  edit(change: () => void, merge?: string): void
  /** Size of a card as it is on the screen, if it is there. */
  measure(key: string): { width: number; height: number } | undefined
}

export type StepMap = Y.Map<unknown>

/** The stored step; undefined when it is gone. */
export const stepMapOf = (context: EditContext, key: string): StepMap | undefined => stepsMap(context.doc).get(key)

export const manifestOf = (state: EditorState, key: string): StepManifest | undefined => {
  const view = state.steps[key]
  return view && state.manifests.get(view.step.type)
}

/** The name people see for a step. */
export const nameOf = (state: EditorState, key: string): string => {
  const view = state.steps[key]
  return view ? displayName(view.step, state.manifests.get(view.step.type)) : 'a step that is gone'
}

/** Keys of one graph in document order; null is the top level. */
export const childrenOf = (state: EditorState, parentKey: string | null): string[] =>
  state.stepKeys.filter((key) => state.steps[key]!.parentKey === parentKey)

/** A step's containers from the inside out, the step itself first. */
export function chainOf(state: EditorState, key: string): StepView[] {
  const chain: StepView[] = []
  for (let view = state.steps[key]; view; view = view.parentKey === null ? undefined : state.steps[view.parentKey]) {
    chain.push(view)
  }
  return chain
}

/** A step and everything in its body. */
export const withBodies = (state: EditorState, keys: readonly string[]): string[] => {
  const roots = new Set(keys)
  return state.stepKeys.filter((key) => chainOf(state, key).some((view) => roots.has(view.key)))
}

/** Of these steps those whose container is not among them as well. */
export const outermost = (state: EditorState, keys: readonly string[]): string[] => {
  const chosen = new Set(keys)
  return keys.filter(
    (key) =>
      state.steps[key] &&
      !chainOf(state, key)
        .slice(1)
        .some((view) => chosen.has(view.key)),
  )
}

/** Ids in use anywhere: a body may not reuse the ids around it, so new ones are unique in the whole pipeline. */
export const takenIds = (state: EditorState): Set<string> =>
  new Set(state.stepKeys.map((key) => state.steps[key]!.step.id))

/** Gives every step that was placed automatically its place for good, so that nothing jumps when one of them is moved. */
export function keepPlaces(context: EditContext): void {
  const { layouts, stepKeys } = context.store.getState()
  for (const key of stepKeys) {
    const map = stepMapOf(context, key)
    if (map && !map.has('$layout') && layouts[key]) map.set('$layout', layouts[key])
  }
}

/** Stores a place, keeping what else the layout entry holds. */
export function writePlace(
  context: EditContext,
  key: string,
  place: { x?: number; y?: number; width?: number; height?: number },
): void {
  const map = stepMapOf(context, key)
  if (!map) return
  const before = (map.get('$layout') as Record<string, unknown> | undefined) ?? { x: 0, y: 0 }
  setPlain(map, '$layout', { ...before, ...place })
}

/** Deletes stored edges for which this holds. */
export function deleteEdges(context: EditContext, matches: (record: EdgeRecord, key: string) => boolean): void {
  const map = edgesMap(context.doc)
  for (const [key, record] of [...map.entries()]) if (matches(record, key)) map.delete(key)
}
