import type { Editor, PanelsState } from '#components/editor/editor.ts'
import { useEffect } from 'react'

const storageKey = 'orchestrator:panels'
const remembered = ['inspector', 'pipeline', 'inspectorWidth', 'drawer', 'drawerHeight', 'palette', 'minimap'] as const

function readStored(): Partial<PanelsState> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}')
    if (typeof stored !== 'object' || stored === null) return {}
    return Object.fromEntries(Object.entries(stored).filter(([name]) => remembered.includes(name as never)))
  } catch {
    return {}
  }
}

/** Panels are as they were left, on this machine; a narrow window starts with the canvas alone. */
export function useRememberedPanels(editor: Editor, narrow: boolean): void {
  useEffect(() => {
    const { stepKeys, readOnly } = editor.store.getState()
    if (narrow) {
      editor.actions.setPanels({ inspector: false, drawer: false, palette: false, minimap: false })
      return undefined
    }
    // Somebody who faces an empty canvas needs the step types.
    const palette = stepKeys.length === 0 && !readOnly
    editor.actions.setPanels({
      minimap: stepKeys.length > 20,
      ...readStored(),
      ...(palette ? { palette } : {}),
      ...(readOnly ? { palette: false, drawer: true } : {}),
    })
    return editor.store.subscribe((state, before) => {
      if (state.panels === before.panels || state.readOnly) return
      const kept = Object.fromEntries(remembered.map((name) => [name, state.panels[name]]))
      localStorage.setItem(storageKey, JSON.stringify(kept))
    })
  }, [editor, narrow])
}
