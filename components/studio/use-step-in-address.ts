import { type Editor, selectedStepKey } from '#components/editor/editor.ts'
import { useEffect } from 'react'

/** The selected step stands in the address (`?step=each.mood`), so that a link shows what one sees. */
export function useStepInAddress(editor: Editor): void {
  useEffect(() => {
    const path = new URLSearchParams(location.search).get('step')
    const key = path === null ? undefined : editor.keyOfPath(path)
    if (key !== undefined) {
      editor.actions.select([key])
      editor.canvas.reveal(key)
    }
    let shown = path
    return editor.store.subscribe((state) => {
      const selected = selectedStepKey(state)
      const next = selected === null ? null : (state.steps[selected]?.path ?? null)
      if (next === shown) return
      shown = next
      const url = new URL(location.href)
      if (next === null) url.searchParams.delete('step')
      else url.searchParams.set('step', next)
      history.replaceState(history.state, '', url)
    })
  }, [editor])
}
