import type { Command, Editor } from '#components/editor/editor.ts'
import type { MenuAction, MenuGroups } from '#components/ui/menu-class.ts'

/** A command as a menu entry; `select` first makes the menu's steps the ones it acts on. */
export function menuActionOf(editor: Editor, command: Command, select?: readonly string[]): MenuAction {
  const state = editor.store.getState()
  const seen = select ? { ...state, selection: { steps: select, edges: [] } } : state
  const pinned = seen.pins[seen.steps[seen.selection.steps[0] ?? '']?.path ?? ''] !== undefined
  return {
    id: command.id,
    title: command.id === 'toggle-pin' ? (pinned ? 'Unpin the output' : 'Pin the output') : command.title,
    ...(command.keys[0] ? { keys: command.keys[0] } : {}),
    ...(command.id === 'delete' ? { danger: true } : {}),
    disabled: !command.enabled(seen),
    run: () => {
      if (select) editor.actions.select(select)
      command.run()
    },
  }
}

const entries = (editor: Editor, ids: readonly string[], select?: readonly string[]): MenuAction[] =>
  ids.map((id) => menuActionOf(editor, editor.commands.get(id)!, select))

/** What can be done to these steps. */
export function stepMenu(editor: Editor, keys: readonly string[]): MenuGroups {
  const { readOnly } = editor.store.getState()
  if (readOnly) {
    return [
      entries(editor, ['rerun-from', 'rerun-from-latest'], keys),
      entries(editor, ['open-inspector', 'copy'], keys),
    ]
  }
  return [
    entries(editor, ['run-step', 'run-to', 'rerun-from', 'toggle-pin'], keys),
    entries(editor, ['open-inspector', 'connect-to'], keys),
    entries(editor, ['cut', 'copy', 'duplicate'], keys),
    entries(editor, ['toggle-disabled', 'delete'], keys),
  ]
}

/** What can be done to an edge. */
export function edgeMenu(editor: Editor, key: string, insert: () => void): MenuGroups {
  if (editor.store.getState().readOnly) return []
  return [
    [{ id: 'insert', title: 'Insert a step here', run: insert }],
    [
      {
        id: 'delete-edge',
        title: 'Delete edge',
        keys: 'Delete',
        danger: true,
        run: () => editor.actions.disconnect([key]),
      },
    ],
  ]
}

/** What can be done on empty canvas. */
export function canvasMenu(editor: Editor, addHere: () => void): MenuGroups {
  if (editor.store.getState().readOnly) return [entries(editor, ['select-all', 'fit'])]
  return [
    [{ id: 'add-here', title: 'Add step here…', keys: 'A', run: addHere }],
    entries(editor, ['paste', 'select-all']),
    entries(editor, ['auto-layout', 'fit']),
  ]
}
