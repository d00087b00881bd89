import type { Editor } from '#components/editor/editor.ts'
import { useEffect } from 'react'

/** Sends what is not saved when the window is hidden, and asks before it is closed with edits the server lacks. */
export function useLeaveGuard(editor: Editor): void {
  useEffect(() => {
    const onHide = (): void => {
      if (document.visibilityState === 'hidden') void editor.flush()
    }
    const onUnload = (event: BeforeUnloadEvent): void => {
      if (!editor.unsaved) return
      void editor.flush()
      event.preventDefault()
    }
    document.addEventListener('visibilitychange', onHide)
    window.addEventListener('beforeunload', onUnload)
    return () => {
      document.removeEventListener('visibilitychange', onHide)
      window.removeEventListener('beforeunload', onUnload)
    }
  }, [editor])
}
