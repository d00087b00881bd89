import type { Command } from './command.ts'
import type { Editor } from './create-editor.ts'
import type { EditorState } from './editor-state.ts'
import { toggledInspector } from './inspector-shown.ts'
import { walkTo } from './walk-graph.ts'

const always = (): boolean => true
const hasSelection = ({ selection }: EditorState): boolean => selection.steps.length + selection.edges.length > 0
const hasSteps = ({ selection }: EditorState): boolean => selection.steps.length > 0
const oneStep = ({ selection }: EditorState): boolean => selection.steps.length === 1
const editable = (state: EditorState): boolean => !state.readOnly
const both =
  (...conditions: ((state: EditorState) => boolean)[]) =>
  (state: EditorState): boolean =>
    conditions.every((condition) => condition(state))

/** All commands of an open pipeline. */
export function createCommands(editor: Editor): Command[] {
  const { store, actions } = editor
  const selected = (): readonly string[] => store.getState().selection.steps
  const copy = async (): Promise<void> => navigator.clipboard.writeText(actions.copy(selected()))
  const nudge = (x: number, y: number) => () => actions.nudge(selected(), x, y)
  const walk = (direction: 'left' | 'right' | 'up' | 'down') => () => {
    const key = walkTo(store.getState(), direction)
    if (key === null) return
    actions.select([key])
    editor.canvas.reveal(key)
    editor.canvas.focusStep(key)
  }
  const toggle = (panel: 'drawer' | 'palette' | 'minimap') => () =>
    actions.setPanels({ [panel]: !store.getState().panels[panel] })

  const commands: Command[] = [
    {
      id: 'undo',
      title: 'Undo',
      group: 'Edit',
      keys: ['Mod+Z'],
      enabled: (state) => state.canUndo,
      run: () => actions.undo(),
    },
    {
      id: 'redo',
      title: 'Redo',
      group: 'Edit',
      keys: ['Mod+Shift+Z', 'Mod+Y'],
      enabled: (state) => state.canRedo,
      run: () => actions.redo(),
    },
    { id: 'copy', title: 'Copy as YAML', group: 'Edit', keys: ['Mod+C'], enabled: hasSteps, run: () => void copy() },
    {
      id: 'cut',
      title: 'Cut',
      group: 'Edit',
      keys: ['Mod+X'],
      enabled: both(hasSteps, editable),
      run: () => void copy().then(() => actions.removeSelection()),
    },
    {
      id: 'paste',
      title: 'Paste',
      group: 'Edit',
      keys: ['Mod+V'],
      enabled: editable,
      run: () => void navigator.clipboard.readText().then((text) => actions.paste(text, editor.canvas.viewCenter())),
    },
    {
      id: 'duplicate',
      title: 'Duplicate',
      group: 'Edit',
      keys: ['Mod+D'],
      enabled: both(hasSteps, editable),
      run: () => actions.duplicate(selected()),
    },
    {
      id: 'delete',
      title: 'Delete',
      group: 'Edit',
      keys: ['Delete', 'Backspace'],
      enabled: both(hasSelection, editable),
      run: () => actions.removeSelection(),
    },
    {
      id: 'select-all',
      title: 'Select all',
      group: 'Edit',
      keys: ['Mod+A'],
      enabled: always,
      run: () => actions.select(store.getState().stepKeys),
    },
    {
      id: 'add-step',
      title: 'Add step…',
      group: 'Steps',
      keys: ['A'],
      enabled: editable,
      run: () => actions.openDialog('add-step'),
    },
    {
      id: 'connect-to',
      title: 'Connect or disconnect…',
      group: 'Steps',
      keys: ['C'],
      keywords: 'edge wire link',
      enabled: both(oneStep, editable),
      run: () => actions.openDialog('connect'),
    },
    {
      id: 'toggle-disabled',
      title: 'Disable or enable',
      group: 'Steps',
      keys: ['D'],
      keywords: 'skip mute',
      enabled: both(hasSteps, editable),
      run: () => actions.toggleDisabled(selected()),
    },
    {
      id: 'open-inspector',
      title: 'Open settings of the step',
      group: 'Steps',
      keys: ['Enter'],
      canvasOnly: true,
      enabled: oneStep,
      run: () => {
        actions.setPanels({ inspector: true })
        requestAnimationFrame(() =>
          document
            .querySelector<HTMLElement>(
              '[data-inspector] [role="tabpanel"] :is(input,textarea,button,[contenteditable="true"])',
            )
            ?.focus(),
        )
      },
    },
    {
      id: 'auto-layout',
      title: 'Tidy up',
      group: 'Steps',
      keys: ['Shift+L'],
      keywords: 'arrange auto layout',
      enabled: editable,
      run: () => {
        actions.autoLayout()
        requestAnimationFrame(() => editor.canvas.fit())
      },
    },
    {
      id: 'fit',
      title: 'Show everything',
      group: 'View',
      keys: ['1'],
      keywords: 'fit zoom',
      enabled: always,
      run: () => editor.canvas.fit(),
    },
    {
      id: 'zoom-in',
      title: 'Zoom in',
      group: 'View',
      keys: ['+', '='],
      enabled: always,
      run: () => editor.canvas.zoomIn(),
    },
    {
      id: 'zoom-out',
      title: 'Zoom out',
      group: 'View',
      keys: ['-'],
      enabled: always,
      run: () => editor.canvas.zoomOut(),
    },
    {
      id: 'zoom-100',
      title: 'Zoom to 100%',
      group: 'View',
      keys: ['0'],
      enabled: always,
      run: () => editor.canvas.zoomTo(1),
    },
    {
      id: 'toggle-inspector',
      title: 'Show or hide settings',
      group: 'View',
      keys: ['I'],
      enabled: always,
      run: () => actions.setPanels(toggledInspector(store.getState())),
    },
    {
      id: 'toggle-drawer',
      title: 'Show or hide the run',
      group: 'View',
      keys: ['L'],
      keywords: 'timeline log events problems',
      enabled: always,
      run: toggle('drawer'),
    },
    {
      id: 'toggle-palette',
      title: 'Show or hide step types',
      group: 'View',
      keys: ['S'],
      enabled: editable,
      run: toggle('palette'),
    },
    {
      id: 'toggle-minimap',
      title: 'Show or hide the map',
      group: 'View',
      keys: ['M'],
      keywords: 'minimap overview',
      enabled: always,
      run: toggle('minimap'),
    },
    {
      id: 'commands',
      title: 'Search commands and steps',
      group: 'Help',
      keys: ['Mod+K'],
      enabled: always,
      run: () => actions.openDialog('commands'),
    },
    {
      id: 'shortcuts',
      title: 'Keyboard shortcuts',
      group: 'Help',
      keys: ['?'],
      enabled: always,
      run: () => actions.openDialog('shortcuts'),
    },
  ]
  for (const [direction, key] of [
    ['left', 'ArrowLeft'],
    ['right', 'ArrowRight'],
    ['up', 'ArrowUp'],
    ['down', 'ArrowDown'],
  ] as const) {
    commands.push({
      id: `walk-${direction}`,
      title: {
        left: 'Go to the step before',
        right: 'Go to the step after',
        up: 'Go to the step above',
        down: 'Go to the step below',
      }[direction],
      group: 'Steps',
      keys: [key],
      canvasOnly: true,
      enabled: always,
      run: walk(direction),
    })
    const [x, y] = { left: [-16, 0], right: [16, 0], up: [0, -16], down: [0, 16] }[direction] as [number, number]
    commands.push({
      id: `move-${direction}`,
      title: `Move ${direction}`,
      group: 'Steps',
      keys: [`Alt+${key}`, `Shift+${key}`],
      canvasOnly: true,
      enabled: both(hasSteps, editable),
      run: nudge(x, y),
    })
  }
  return commands
}
