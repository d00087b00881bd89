import type { Editor } from '#components/editor/editor.ts'
import { toast } from '#components/ui/toast.tsx'
import { useEffect } from 'react'
import { isTyping } from './use-shortcuts.ts'

/** Copy, cut and paste of steps as YAML text; a pasted URL becomes a request. */
export function useClipboard(editor: Editor): void {
  useEffect(() => {
    const onCopy = (event: ClipboardEvent): void => {
      const { selection } = editor.store.getState()
      // Text that somebody marked on the page is theirs to copy.
      const marked = !document.getSelection()?.isCollapsed
      if (isTyping(event.target) || marked || selection.steps.length === 0) return
      event.clipboardData?.setData('text/plain', editor.actions.copy(selection.steps))
      event.preventDefault()
      if (event.type === 'cut' && !editor.store.getState().readOnly) editor.actions.removeSelection()
    }
    const onPaste = (event: ClipboardEvent): void => {
      if (isTyping(event.target)) return
      const text = event.clipboardData?.getData('text/plain').trim() ?? ''
      if (text === '') return
      event.preventDefault()
      pasteText(editor, text)
    }
    document.addEventListener('copy', onCopy)
    document.addEventListener('cut', onCopy)
    document.addEventListener('paste', onPaste)
    return () => {
      document.removeEventListener('copy', onCopy)
      document.removeEventListener('cut', onCopy)
      document.removeEventListener('paste', onPaste)
    }
  }, [editor])
}

/** Makes steps of a pasted text: a URL, or YAML of steps or of a whole pipeline. */
export function pasteText(editor: Editor, text: string): void {
  const position = editor.canvas.viewCenter()
  if (/^https?:\/\/\S+$/.test(text)) {
    const key = editor.actions.addStep({
      type: 'http.request',
      with: { method: 'GET', url: text },
      position: { x: position.x - 120, y: position.y - 40 },
    })
    if (key) editor.canvas.focusStep(key)
    return
  }
  const result = editor.actions.paste(text, position)
  if (!result.ok) {
    toast.error('This text is not a pipeline', { description: result.reason })
  } else if (result.keys.length > 0) {
    toast(result.keys.length === 1 ? 'Pasted 1 step' : `Pasted ${result.keys.length} steps`)
  }
}
