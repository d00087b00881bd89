import type { InputSpec, JsonValue } from '#pipeline/document.ts'
import type { Problem } from '#pipeline/problem.ts'
import type * as Y from 'yjs'
import { copySteps, duplicateSteps, paste, type PasteResult } from './clipboard.ts'
import { addReference, type Connection, connect, connectionProblem, disconnect, readableSteps } from './connections.ts'
import type { EditContext, EditResult } from './edit-context.ts'
import type { EditorDialog, PanelsState, Selection } from './editor-state.ts'
import { applyFix } from './apply-fix.ts'
import { renameInput, renameOutput, renameStep } from './rename.ts'
import {
  setConfigField,
  setDescription,
  setInput,
  setName,
  setOutput,
  setPipelineName,
  setPipelinePolicy,
  setPolicies,
  setPolicy,
  type PipelinePolicies,
  type StepPolicies,
  toggleDisabled,
} from './step-fields.ts'
import {
  addStep,
  autoLayout,
  insertOnEdge,
  moveIntoContainer,
  moveSteps,
  type NewStep,
  nudgeSteps,
  removeSteps,
  resizeStep,
} from './step-structure.ts'

/** Everything that can be done to an open pipeline. Edits do nothing while it is read only; keys are step keys. */
export interface EditorActions {
  setConfigField(key: string, field: string, value: JsonValue | undefined): void
  setPolicy<Name extends keyof StepPolicies>(key: string, name: Name, value: StepPolicies[Name]): void
  /** Several policies in one step of undo. */
  setPolicies(key: string, policies: Partial<StepPolicies>): void
  /** The name people see; empty goes back to the one the id gives. */
  setName(key: string, name: string): void
  /** Changes the id and every expression and edge that names it; refused when the id is taken or malformed. */
  renameStep(key: string, id: string): EditResult
  toggleDisabled(keys: readonly string[]): void

  setPipelineName(name: string): void
  setDescription(description: string): void
  setPipelinePolicy<Name extends keyof PipelinePolicies>(name: Name, value: PipelinePolicies[Name]): void
  setInput(name: string, spec: InputSpec | undefined): void
  renameInput(from: string, to: string): EditResult
  setOutput(name: string, value: JsonValue | undefined): void
  renameOutput(from: string, to: string): EditResult

  /** Returns the new step's key; the step is selected. */
  addStep(step: NewStep): string
  removeSteps(keys: readonly string[]): void
  removeSelection(): void
  connect(connection: Connection): EditResult
  /** Why `connect` would refuse; null when it would not. */
  connectionProblem(connection: Connection): string | null
  disconnect(edgeKeys: readonly string[]): void
  insertOnEdge(edgeKey: string, type: string): string | null
  /** Makes sure that `key` runs after `fromKey`, whose value an expression of it reads. */
  addReference(key: string, fromKey: string): EditResult
  /** Steps that expressions of this one may name; those not upstream get an edge through addReference. */
  readableSteps(key: string): { key: string; upstream: boolean }[]

  moveSteps(places: Readonly<Record<string, { x: number; y: number }>>): void
  nudge(keys: readonly string[], x: number, y: number): void
  resizeStep(key: string, box: { x: number; y: number; width: number; height: number }): void
  moveIntoContainer(
    keys: readonly string[],
    parentKey: string | null,
    places: Readonly<Record<string, { x: number; y: number }>>,
  ): EditResult
  autoLayout(): void

  /** The steps (with bodies) as YAML text that `paste` takes anywhere. */
  copy(keys: readonly string[]): string
  /** YAML of steps or of a whole pipeline becomes steps around the position; ids are made unique. */
  paste(text: string, position?: { x: number; y: number }): PasteResult
  duplicate(keys: readonly string[]): void
  /** Applies what a problem proposes; false when it proposes nothing or no longer fits. */
  applyFix(problem: Problem): boolean
  undo(): void
  redo(): void

  select(steps: readonly string[], edges?: readonly string[]): void
  /** Shows a run's states on the cards; null shows none. */
  showRun(runId: string | null): void
  openDialog(dialog: EditorDialog): void
  setPanels(panels: Partial<PanelsState>): void
}

const sameKeys = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((key, index) => key === right[index])

/** Binds the editing functions to one editor. */
export function createActions(context: EditContext, undo: Y.UndoManager): EditorActions {
  const { store } = context
  const unlessReadOnly = (run: () => void): void => {
    if (!store.getState().readOnly) run()
  }
  const readOnlyResult: EditResult = { ok: false, reason: 'A past run cannot be edited.' }
  const guarded = (run: () => EditResult): EditResult => (store.getState().readOnly ? readOnlyResult : run())
  return {
    setConfigField: (key, field, value) => setConfigField(context, key, field, value),
    setPolicy: (key, name, value) => setPolicy(context, key, name, value),
    setPolicies: (key, policies) => setPolicies(context, key, policies),
    setName: (key, name) => setName(context, key, name),
    renameStep: (key, id) => guarded(() => renameStep(context, key, id)),
    toggleDisabled: (keys) => toggleDisabled(context, keys),

    setPipelineName: (name) => setPipelineName(context, name),
    setDescription: (description) => setDescription(context, description),
    setPipelinePolicy: (name, value) => setPipelinePolicy(context, name, value),
    setInput: (name, spec) => setInput(context, name, spec),
    renameInput: (from, to) => guarded(() => renameInput(context, from, to)),
    setOutput: (name, value) => setOutput(context, name, value),
    renameOutput: (from, to) => guarded(() => renameOutput(context, from, to)),

    addStep: (step) => (store.getState().readOnly ? '' : addStep(context, step)),
    removeSteps: (keys) => removeSteps(context, keys),
    removeSelection: () =>
      unlessReadOnly(() => {
        const { selection } = store.getState()
        context.edit(() => {
          if (selection.edges.length > 0) disconnect(context, selection.edges)
          removeSteps(context, selection.steps)
        })
      }),
    connect: (connection) => guarded(() => connect(context, connection)),
    connectionProblem: (connection) => connectionProblem(store.getState(), connection),
    disconnect: (edgeKeys) => disconnect(context, edgeKeys),
    insertOnEdge: (edgeKey, type) => (store.getState().readOnly ? null : insertOnEdge(context, edgeKey, type)),
    addReference: (key, fromKey) => guarded(() => addReference(context, key, fromKey)),
    readableSteps: (key) => readableSteps(store.getState(), key),

    moveSteps: (places) => moveSteps(context, places),
    nudge: (keys, x, y) => nudgeSteps(context, keys, x, y),
    resizeStep: (key, box) => resizeStep(context, key, box),
    moveIntoContainer: (keys, parentKey, places) => guarded(() => moveIntoContainer(context, keys, parentKey, places)),
    autoLayout: () => unlessReadOnly(() => autoLayout(context)),

    copy: (keys) => copySteps(store.getState(), keys),
    paste: (text, position) =>
      store.getState().readOnly
        ? { ok: false, reason: 'A past run cannot be edited.' }
        : paste(context, text, position),
    duplicate: (keys) => unlessReadOnly(() => duplicateSteps(context, keys)),
    applyFix: (problem) => !store.getState().readOnly && applyFix(context, problem),
    undo: () => unlessReadOnly(() => void undo.undo()),
    redo: () => unlessReadOnly(() => void undo.redo()),

    select: (steps, edges = []) => {
      const { selection } = store.getState()
      if (sameKeys(selection.steps, steps) && sameKeys(selection.edges, edges)) return
      const next: Selection = { steps: [...steps], edges: [...edges] }
      store.setState({ selection: next })
    },
    showRun: (runId) => store.setState((before) => (before.runId === runId ? before : { runId, run: null })),
    openDialog: (dialog) => store.setState({ dialog }),
    setPanels: (panels) => store.setState(({ panels: before }) => ({ panels: { ...before, ...panels } })),
  }
}
