import type { InputSpec, JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'
import type { StepLayout } from '#pipeline/draft/draft.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import type { Problem } from '#pipeline/problem.ts'
import type { PinView, ShownRun } from './run-control.ts'
import type { PipelinePolicies } from './step-fields.ts'

/** One step as the editor shows it. A new object means that something in it changed. */
export interface StepView {
  /** Never changes, whatever the step is renamed to or moved into. */
  key: string
  /** The container it is in, null at the top level. */
  parentKey: string | null
  /** Ids from the outermost container down: `each.mood`. Changes on renames. */
  path: string
  /** Has a body (`flow.map`). */
  container: boolean
  /** The step as in the document, `needs` included, without the steps of its body. Never mutate. */
  step: Step
}

/** An edge between two steps of one graph. `port` is `out` where none is written. */
export interface EdgeView {
  key: string
  from: string
  port: string
  to: string
}

/** saved: the server has everything; saving: on its way; offline: kept here and sent as soon as the server answers. */
export type SaveState = 'saved' | 'saving' | 'offline' | 'refused'

/** `draft`: the live document; `run`: the document a past run ran with, read only. */
export type EditorMode = { kind: 'draft' } | { kind: 'run'; runId: string }

export interface Selection {
  steps: readonly string[]
  edges: readonly string[]
}

/** What floats over the canvas; null when nothing does. `run` starts at once where no input is missing, `run-form` always asks. */
export type EditorDialog = 'run' | 'run-form' | 'shortcuts' | 'commands' | 'connect' | 'add-step' | null

export interface PanelsState {
  inspector: boolean
  /** The inspector stays for the pipeline's own settings while no step is selected. */
  pipeline: boolean
  /** Pixels. */
  inspectorWidth: number
  drawer: boolean
  /** Pixels. */
  drawerHeight: number
  drawerTab: 'timeline' | 'events' | 'problems'
  palette: boolean
  minimap: boolean
}

export interface EditorState {
  pipelineId: string
  mode: EditorMode
  readOnly: boolean

  name: string
  description: string | undefined
  /** Limits of a run, how many may be active, and which go first. */
  policies: PipelinePolicies
  inputs: Readonly<Record<string, InputSpec>>
  outputs: Readonly<Record<string, JsonValue>>

  /** All steps in document order, containers before the steps of their bodies. */
  stepKeys: readonly string[]
  steps: Readonly<Record<string, StepView>>
  /** Canvas pixels, relative to the container; steps that have no place of their own yet are given one. */
  layouts: Readonly<Record<string, StepLayout>>
  edgeKeys: readonly string[]
  edges: Readonly<Record<string, EdgeView>>
  /** Output ports by which edges leave a step, one a line; for cards, which must not search all edges. */
  usedPorts: Readonly<Record<string, string>>
  manifests: ReadonlyMap<string, StepManifest>

  selection: Selection
  /** The run whose states, durations and outputs the cards show; null shows none. */
  runId: string | null
  /** How that run is doing; null until it is known. */
  run: ShownRun | null
  /** Outputs that stand in for steps of the draft, by step path. */
  pins: Readonly<Record<string, PinView>>
  /** Steps that have changed since that run, or wait for one that has: what their cards show is out of date. */
  staleSteps: Readonly<Record<string, true>>

  problems: readonly Problem[]
  /** Problems by step path; the same arrays while nothing changed for that step. */
  problemsByPath: Readonly<Record<string, readonly Problem[]>>

  saveState: SaveState
  canUndo: boolean
  canRedo: boolean

  dialog: EditorDialog
  panels: PanelsState
}

/** What a draft holds beyond its steps. */
export type PipelineHead = Pick<EditorState, 'name' | 'description' | 'policies' | 'inputs' | 'outputs'>

/** The document as the editor hands it out. Never mutate. */
export type EditorDocument = PipelineDocument
