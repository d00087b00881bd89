import { apiClient, errorInfoOf, errorMessageOf } from '#components/api/api.tsx'
import type { Editor } from '#components/editor/editor.ts'
import type { JsonValue } from '#pipeline/document.ts'
import { toast } from '#components/ui/toast.tsx'
import { commitTypedTexts } from '#components/ui/use-typed-text.ts'

/** Saves the draft, starts it, and shows the run on the canvas. Returns the run's id; null when it was refused. */
export async function startRun(editor: Editor, inputs: Record<string, JsonValue>): Promise<string | null> {
  const { pipelineId } = editor.store.getState()
  try {
    // The server runs what it has: the last keystroke must be there first.
    commitTypedTexts()
    await editor.flush()
    const { runId } = await apiClient.runs.start.mutate({ pipelineId, inputs })
    editor.actions.showRun(runId)
    editor.actions.openDialog(null)
    editor.actions.setPanels({ drawer: true, drawerTab: 'timeline' })
    return runId
  } catch (error) {
    reportRefusedRun(editor, error)
    return null
  }
}

/** Says why a run did not start; problems of the document open where they are listed. */
export function reportRefusedRun(editor: Editor, error: unknown): void {
  const info = errorInfoOf(error)
  const problems = info?.details?.problems
  if (!Array.isArray(problems) || problems.length === 0) {
    toast.error(errorMessageOf(error), { description: info?.fix })
    return
  }
  editor.actions.openDialog(null)
  editor.actions.setPanels({ drawer: true, drawerTab: 'problems' })
  toast.error(
    problems.length === 1 ? 'A problem keeps it from running' : `${problems.length} problems keep it from running`,
    { description: String((problems[0] as { message?: unknown }).message ?? '') },
  )
}
