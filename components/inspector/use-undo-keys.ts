import { useEditorApi } from '#components/editor/editor.ts'
import { commitTypedTexts } from '#components/ui/use-typed-text.ts'
import type { KeyboardEvent } from 'react'

/**
 * Undo and redo while a field has the focus are the pipeline's: the field's own would put back a text that the pipeline
 * does not have. Fields whose text is not stored while it is typed (`data-own-undo`) keep theirs.
 */
export function useUndoKeys(): (event: KeyboardEvent) => void {
  const editor = useEditorApi()
  return (event) => {
    const key = event.key.toLowerCase()
    if (!(event.metaKey || event.ctrlKey) || event.altKey || (key !== 'z' && key !== 'y')) return
    const target = event.target as HTMLElement
    if (target.hasAttribute('data-own-undo')) return
    event.preventDefault()
    event.stopPropagation()
    commitTypedTexts()
    if (key === 'y' || event.shiftKey) editor.actions.redo()
    else editor.actions.undo()
  }
}
