import { type Editor, matchesKeys } from '#components/editor/editor.ts'
import { useEffect } from 'react'

/** Left to the browser's own clipboard events, which need no permission. */
const clipboardCommands = new Set(['copy', 'cut', 'paste'])

/** Whether a key press belongs to a text field or an open menu or dialog rather than to the canvas. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest('[role="dialog"],[role="menu"],[role="listbox"],[data-shortcuts="off"]') !== null
  )
}

/** Runs commands by their keys, wherever the focus is, unless somebody types. */
export function useShortcuts(editor: Editor): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return
      const typing = isTyping(event.target)
      const state = editor.store.getState()
      for (const command of editor.commands.values()) {
        if (clipboardCommands.has(command.id) || !matchesKeys(event, command.keys)) continue
        // In a text field only what no text field does itself: run, command palette.
        if (typing && !['run', 'run-form', 'commands'].includes(command.id)) return
        if (!command.enabled(state)) return
        // Enter on a focused button presses it.
        if (command.canvasOnly && isControl(event.target)) return
        event.preventDefault()
        command.run()
        return
      }
      if (event.key === 'Escape' && !typing && state.selection.steps.length + state.selection.edges.length > 0) {
        editor.actions.select([])
      }
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [editor])
}

const isControl = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('button,a,[role="tab"],[role="separator"]') !== null
