import type { Command } from './command.ts'
import type { Editor } from './create-editor.ts'
import type { EditorState } from './editor-state.ts'

const editable = (state: EditorState): boolean => !state.readOnly
const oneStep = ({ selection }: EditorState): boolean => selection.steps.length === 1
const runOver = ({ run }: EditorState): boolean => run?.ended === true
const runOpen = ({ run }: EditorState): boolean => run !== null && !run.ended && !run.stopping
/** Handlers of a try have no run of their own: they belong to it. */
const runsAlone = ({ selection, steps, manifests }: EditorState): boolean => {
  const view = steps[selection.steps[0] ?? '']
  const kind = view && manifests.get(view.step.type)?.container?.kind
  return view !== undefined && kind !== 'catch' && kind !== 'finally'
}
const pinned = ({ selection, steps, pins }: EditorState): boolean =>
  pins[steps[selection.steps[0] ?? '']?.path ?? ''] !== undefined

/** Commands that start and steer runs. Those of one step act on the selected one. */
export function createRunCommands(editor: Editor): Command[] {
  const { store, actions } = editor
  const selected = (): string => store.getState().selection.steps[0]!
  return [
    {
      id: 'run',
      title: 'Run pipeline',
      group: 'Run',
      keys: ['Mod+Enter'],
      enabled: editable,
      run: () => {
        const { dialog } = store.getState()
        // The same keys send the form of inputs off.
        if (dialog === 'run' || dialog === 'run-form')
          document.querySelector<HTMLFormElement>('#run-inputs')?.requestSubmit()
        else actions.openDialog('run')
      },
    },
    {
      id: 'run-form',
      title: 'Run with other inputs…',
      group: 'Run',
      keys: ['Mod+Shift+Enter'],
      keywords: 'parameters values form',
      enabled: (state) => editable(state) && Object.keys(state.inputs).length > 0,
      run: () => actions.openDialog('run-form'),
    },
    {
      id: 'run-step',
      title: 'Run this step',
      group: 'Run',
      keys: ['R'],
      keywords: 'single only execute',
      enabled: (state) => editable(state) && oneStep(state) && runsAlone(state),
      run: () => editor.runs.runStep(selected()),
    },
    {
      id: 'run-to',
      title: 'Run to here',
      group: 'Run',
      keys: ['T'],
      keywords: 'until step partial',
      enabled: (state) => editable(state) && oneStep(state) && runsAlone(state),
      run: () => editor.runs.runTo(selected()),
    },
    {
      id: 'rerun-from',
      title: 'Re-run from here',
      group: 'Run',
      keys: ['F'],
      keywords: 'again restart from step reuse',
      enabled: (state) => oneStep(state) && runOver(state) && runsAlone(state),
      run: () => editor.runs.rerunFrom(selected(), 'shown'),
    },
    {
      id: 'rerun-from-latest',
      title: 'Re-run from here on the latest version',
      group: 'Run',
      keys: [],
      keywords: 'again restart newest draft',
      // On the draft there is nothing newer than what is shown.
      enabled: (state) => state.readOnly && oneStep(state) && runOver(state) && runsAlone(state),
      run: () => editor.runs.rerunFrom(selected(), 'latest'),
    },
    {
      id: 'toggle-pin',
      title: 'Pin or unpin the output',
      group: 'Run',
      keys: ['P'],
      keywords: 'freeze keep mock fix release',
      enabled: (state) => editable(state) && oneStep(state) && (pinned(state) || state.runId !== null),
      run: () => (pinned(store.getState()) ? editor.runs.unpin(selected()) : editor.runs.pin(selected())),
    },
    {
      id: 'retry-run',
      title: 'Retry from the failed step',
      group: 'Run',
      keys: ['Shift+R'],
      keywords: 'again failed resume',
      enabled: (state) => state.run?.retryable === true,
      run: () => editor.runs.retry(),
    },
    {
      id: 'toggle-pause',
      title: 'Pause or resume the run',
      group: 'Run',
      keys: ['Shift+P'],
      keywords: 'hold continue go on',
      enabled: runOpen,
      run: () => (store.getState().run?.paused ? editor.runs.resume() : editor.runs.pause()),
    },
    {
      id: 'cancel-run',
      title: 'Stop the run',
      group: 'Run',
      keys: ['Mod+.'],
      keywords: 'cancel end abort',
      enabled: runOpen,
      run: () => editor.runs.cancel(),
    },
  ]
}
