import type { EditorState } from './editor-state.ts'

/** The groups in the order menus and the palette show them. */
export const commandGroups = ['Run', 'Edit', 'Steps', 'View', 'Help'] as const

/** One thing a person can do, used alike by menus, shortcuts, the palette and tests. */
export interface Command {
  id: string
  title: string
  group: (typeof commandGroups)[number]
  /** Key combinations such as `Mod+Shift+Z`; the first one is shown. `Mod` is Cmd on a Mac, Ctrl elsewhere. */
  keys: readonly string[]
  /** More words to find it by. */
  keywords?: string
  /** Not in the palette: keys that only make sense on the canvas. */
  canvasOnly?: boolean
  enabled(state: EditorState): boolean
  run(): void
}
