import { apiClient } from '#components/api/api.tsx'
import { type Editor, useEditor, watchStaleSteps } from '#components/editor/editor.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { useEffect } from 'react'

/** Marks the steps that were edited since the shown run, as long as it is shown on the draft. */
export function useStaleSteps(editor: Editor): void {
  const runId = useEditor((state) => state.runId)
  const mode = useEditor((state) => state.mode.kind)
  useEffect(() => {
    if (runId === null || mode === 'run') return undefined
    let stop: (() => void) | undefined
    let cancelled = false
    apiClient.runs.get.query({ runId }).then(
      (run) => {
        if (!cancelled) stop = watchStaleSteps(editor.store, run.document as PipelineDocument)
      },
      // The run's own panel says when it cannot be read.
      () => undefined,
    )
    return () => {
      cancelled = true
      stop?.()
    }
  }, [editor, runId, mode])
}
