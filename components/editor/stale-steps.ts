import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { walkSteps } from '#pipeline/graph.ts'
import type { StoreApi } from 'zustand/vanilla'
import { reachable } from './connections.ts'
import { chainOf } from './edit-context.ts'
import type { EditorState } from './editor-state.ts'

const quietMs = 150

/** What decides a step's result; names people give do not. */
const essence = ({ type, needs, with: settings, disabled, on_error }: Step): string =>
  JSON.stringify([type, needs ?? [], settings ?? {}, disabled ?? false, on_error ?? 'fail'])

/** Steps whose results in a run of this document are out of date: changed ones, what follows them, what is around and in them. */
export function staleStepsOf(state: EditorState, ran: PipelineDocument): Record<string, true> {
  const before = new Map([...walkSteps(ran.steps)].map(({ path, step }) => [path, essence(step)]))
  const stale: Record<string, true> = {}
  const mark = (key: string): void => {
    if (stale[key]) return
    stale[key] = true
    for (const after of reachable(state, key, 'after')) stale[after] = true
    const container = chainOf(state, key)[1]
    if (container) mark(container.key)
  }
  for (const key of state.stepKeys) {
    const { path, step } = state.steps[key]!
    if (before.has(path) && before.get(path) !== essence(step)) mark(key)
  }
  for (const key of state.stepKeys) if (chainOf(state, key).some((view) => stale[view.key])) stale[key] ??= true
  return stale
}

/** Keeps `staleSteps` true while a run of this document is shown. Returns the function that ends it. */
export function watchStaleSteps(store: StoreApi<EditorState>, ran: PipelineDocument): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const update = (): void => {
    const next = staleStepsOf(store.getState(), ran)
    const { staleSteps } = store.getState()
    if (Object.keys(next).join() !== Object.keys(staleSteps).join()) store.setState({ staleSteps: next })
  }
  const unsubscribe = store.subscribe((state, before) => {
    if (state.steps === before.steps && state.edges === before.edges) return
    clearTimeout(timer)
    timer = setTimeout(update, quietMs)
  })
  update()
  return () => {
    clearTimeout(timer)
    unsubscribe()
    store.setState({ staleSteps: {} })
  }
}
