import type { StepManifest } from '#pipeline/manifest.ts'
import type { Problem } from '#pipeline/problem.ts'
import type { StoreApi } from 'zustand/vanilla'
import type { EditorDocument, EditorState } from './editor-state.ts'

/** Milliseconds without a change before problems are looked for. */
const quietMs = 250

const whenIdle = (run: () => void): void => {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 1_000 })
  else setTimeout(run, 0)
}

/** Looks for problems now and after every change, in idle time. Returns the function that ends it. */
export function watchProblems(options: {
  store: StoreApi<EditorState>
  document(): EditorDocument
  validate(document: EditorDocument, manifests: ReadonlyMap<string, StepManifest>): Problem[]
}): () => void {
  const { store } = options
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  const check = (): void => {
    if (stopped) return
    const { manifests, problemsByPath } = store.getState()
    const problems = options.validate(options.document(), manifests)
    if (JSON.stringify(problems) === JSON.stringify(store.getState().problems)) return
    const byPath: Record<string, Problem[]> = {}
    for (const problem of problems) if (problem.step !== undefined) (byPath[problem.step] ??= []).push(problem)
    const next: Record<string, readonly Problem[]> = {}
    for (const [path, list] of Object.entries(byPath)) {
      const before = problemsByPath[path]
      next[path] = before && JSON.stringify(before) === JSON.stringify(list) ? before : list
    }
    store.setState({ problems, problemsByPath: next })
  }
  const unsubscribe = store.subscribe((state, before) => {
    const same =
      state.steps === before.steps &&
      state.edges === before.edges &&
      state.inputs === before.inputs &&
      state.outputs === before.outputs &&
      state.policies === before.policies &&
      state.name === before.name
    if (same) return
    clearTimeout(timer)
    timer = setTimeout(() => whenIdle(check), quietMs)
  })
  whenIdle(check)
  return () => {
    stopped = true
    clearTimeout(timer)
    unsubscribe()
  }
}
