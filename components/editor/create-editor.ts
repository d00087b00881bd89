import { documentFromDraft, draftMapNames } from '#pipeline/draft/draft.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import type { Problem } from '#pipeline/problem.ts'
import * as Y from 'yjs'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { type CanvasApi, emptyCanvasApi } from './canvas-api.ts'
import type { Command } from './command.ts'
import { createCommands } from './commands.ts'
import { createRunCommands } from './run-commands.ts'
import { type DraftSync, remoteOrigin, syncDraft } from './draft-sync.ts'
import type { DraftTransport } from './draft-transport.ts'
import type { EditContext } from './edit-context.ts'
import { createActions, type EditorActions } from './editor-actions.ts'
import type { EditorDocument, EditorMode, EditorState } from './editor-state.ts'
import { DraftProjection } from './projection.ts'
import { emptyRunControl, type RunControl } from './run-control.ts'
import { watchProblems } from './watch-problems.ts'

export interface EditorOptions {
  pipelineId: string
  /** The draft as the server has it, as a Yjs update. */
  update: Uint8Array
  /** Number of the last change in `update`. */
  seq?: number
  manifests: ReadonlyMap<string, StepManifest>
  /** Null: nothing is sent or received (a past run, a test). */
  transport: DraftTransport | null
  mode?: EditorMode
  /** Finds the problems of a document; called in idle time after changes. */
  validate?: (document: EditorDocument, manifests: ReadonlyMap<string, StepManifest>) => Problem[]
}

/** One open pipeline: its draft, what is on the screen of it, and everything that can be done to it. */
export interface Editor {
  store: StoreApi<EditorState>
  doc: Y.Doc
  actions: EditorActions
  /** Everything a menu, a shortcut, the palette or a test can do, by id. */
  commands: ReadonlyMap<string, Command>
  /** What only the mounted canvas can do; does nothing while there is none. */
  canvas: CanvasApi
  attachCanvas(canvas: CanvasApi): () => void
  /** What only the mounted studio can do to runs; does nothing while there is none. */
  runs: RunControl
  attachRuns(runs: RunControl): () => void
  /** The document as it stands. Never mutate. */
  document(): EditorDocument
  /** The step at a document path, without item indexes. */
  keyOfPath(path: string): string | undefined
  /** Sends what the server lacks. */
  flush(): Promise<void>
  /** Whether the server lacks something. */
  readonly unsaved: boolean
  close(): void
}

/** Origin of this editor's own edits: the ones undo takes back. */
const localOrigin = { local: true }

/** How long typing into one field counts as one undo step, in milliseconds. */
const mergeMs = 1_000

/** Opens a draft for editing. */
export function createEditor(options: EditorOptions): Editor {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, options.update, remoteOrigin)
  const mode = options.mode ?? { kind: 'draft' }
  const projection = new DraftProjection(doc, (state) => {
    const { selection } = store.getState()
    const kept = {
      steps: selection.steps.filter((key) => state.steps[key]),
      edges: selection.edges.filter((key) => state.edges[key]),
    }
    const same = kept.steps.length === selection.steps.length && kept.edges.length === selection.edges.length
    store.setState(same ? state : { ...state, selection: kept })
  })
  const store = createStore<EditorState>(() => ({
    pipelineId: options.pipelineId,
    mode,
    readOnly: mode.kind === 'run',
    ...projection.state,
    manifests: options.manifests,
    selection: { steps: [], edges: [] },
    runId: mode.kind === 'run' ? mode.runId : null,
    run: null,
    pins: {},
    staleSteps: {},
    problems: [],
    problemsByPath: {},
    saveState: 'saved',
    canUndo: false,
    canRedo: false,
    dialog: null,
    panels: {
      inspector: true,
      pipeline: false,
      inspectorWidth: 360,
      drawer: false,
      drawerHeight: 280,
      drawerTab: 'timeline',
      palette: false,
      minimap: false,
    },
  }))

  const undo = new Y.UndoManager(
    draftMapNames.map((name) => doc.getMap(name)),
    { trackedOrigins: new Set([localOrigin]), captureTimeout: mergeMs },
  )
  const onUndoStack = (): void => store.setState({ canUndo: undo.canUndo(), canRedo: undo.canRedo() })
  for (const event of ['stack-item-added', 'stack-item-popped', 'stack-cleared'] as const) undo.on(event, onUndoStack)

  let canvas: CanvasApi = emptyCanvasApi
  let runs: RunControl = emptyRunControl
  let lastMerge: string | undefined
  const context: EditContext = {
    doc,
    store,
    measure: (key) => canvas.measure(key),
    edit: (change, merge) => {
      if (store.getState().readOnly) return
      if (merge === undefined || merge !== lastMerge) undo.stopCapturing()
      lastMerge = merge
      doc.transact(change, localOrigin)
    },
  }
  const sync: DraftSync | null = options.transport
    ? syncDraft({
        doc,
        afterSeq: options.seq ?? 0,
        client: crypto.randomUUID(),
        transport: options.transport,
        onState: (saveState) => {
          if (store.getState().saveState !== saveState) store.setState({ saveState })
        },
      })
    : null
  const stopProblems = options.validate
    ? watchProblems({ store, document: () => documentFromDraft(doc), validate: options.validate })
    : () => undefined

  let closed = false
  const editor: Editor = {
    store,
    doc,
    actions: createActions(context, undo),
    commands: new Map(),
    get canvas() {
      return canvas
    },
    attachCanvas: (attached) => {
      canvas = attached
      return () => {
        if (canvas === attached) canvas = emptyCanvasApi
      }
    },
    get runs() {
      return runs
    },
    attachRuns: (attached) => {
      runs = attached
      return () => {
        if (runs === attached) runs = emptyRunControl
      }
    },
    document: () => documentFromDraft(doc),
    keyOfPath: (path) => {
      const { steps, stepKeys } = store.getState()
      return stepKeys.find((key) => steps[key]!.path === path)
    },
    flush: () => sync?.flush() ?? Promise.resolve(),
    get unsaved() {
      return sync?.pending ?? false
    },
    close: () => {
      if (closed) return
      closed = true
      stopProblems()
      sync?.close()
      projection.close()
      undo.destroy()
    },
  }
  editor.commands = new Map(
    [...createRunCommands(editor), ...createCommands(editor)].map((command) => [command.id, command]),
  )
  return editor
}
