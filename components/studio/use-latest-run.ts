import { apiClient } from '#components/api/api.tsx'
import type { Editor } from '#components/editor/editor.ts'
import { useEffect } from 'react'

/** Shows the results of the pipeline's last run on its draft, so that reloading the page loses nothing. */
export function useLatestRun(editor: Editor): void {
  useEffect(() => {
    const { mode, pipelineId, runId } = editor.store.getState()
    if (mode.kind === 'run' || runId !== null) return undefined
    let cancelled = false
    apiClient.runs.list.query({ pipelineId, limit: 1 }).then(
      ({ items }) => {
        const latest = items[0]
        if (!cancelled && latest && editor.store.getState().runId === null) editor.actions.showRun(latest.id)
      },
      // Without it the canvas only shows fewer things; the live stream tells when the server is away.
      () => undefined,
    )
    return () => {
      cancelled = true
    }
  }, [editor])
}
