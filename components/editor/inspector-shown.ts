import type { EditorState, PanelsState } from './editor-state.ts'

type Shown = Pick<EditorState, 'panels' | 'selection'>

/** Whether the inspector is on screen: for a selected step, or for the pipeline itself when that was asked for. */
export const inspectorShown = ({ panels, selection }: Shown): boolean =>
  panels.inspector && (panels.pipeline || selection.steps.length > 0)

/** The panels that show the inspector when it is hidden, and hide it when it is shown. */
export function toggledInspector(state: Shown): Partial<PanelsState> {
  const forStep = state.selection.steps.length > 0
  if (inspectorShown(state)) return forStep ? { inspector: false } : { pipeline: false }
  return forStep ? { inspector: true } : { inspector: true, pipeline: true }
}
