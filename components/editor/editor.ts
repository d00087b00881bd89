/** The door of the editor: the open pipeline as a store, its actions and its commands. */
export { cardHeight, cardWidth, emptyFrame, gridSize, type Size } from './auto-layout.ts'
export type { CanvasApi } from './canvas-api.ts'
export { type Command, commandGroups } from './command.ts'
export type { Connection } from './connections.ts'
export { watchStaleSteps } from './stale-steps.ts'
export { createEditor, type Editor, type EditorOptions } from './create-editor.ts'
export { type DraftTransport, PushRefusedError } from './draft-transport.ts'
export type { EditResult } from './edit-context.ts'
export type { EditorActions } from './editor-actions.ts'
export { EditorProvider, selectedStepKey, useEditor, useEditorApi, useStepView } from './editor-context.tsx'
export type {
  EdgeView,
  EditorDialog,
  EditorDocument,
  EditorMode,
  EditorState,
  PanelsState,
  SaveState,
  Selection,
  StepView,
} from './editor-state.ts'
export { frameWithLanes, isLane, laneOrder } from './lanes.ts'
export { matchesKeys } from './matches-keys.ts'
export type { StepPolicies } from './step-fields.ts'
export { offeredIn, placementProblem } from './placement.ts'
export { displayName } from './step-names.ts'
export {
  type ItemChoice,
  StepRunContext,
  type StepRunInfo,
  type StepRunSource,
  useItemChoice,
  useStepRun,
} from './step-run-info.ts'
export type { PinView, RunControl, ShownRun } from './run-control.ts'
export { inspectorShown, toggledInspector } from './inspector-shown.ts'
export type { NewStep } from './step-structure.ts'
