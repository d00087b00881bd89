'use client'
import { displayName, useEditor, useEditorApi, useStepView } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { toast } from '#components/ui/toast.tsx'
import type { Problem } from '#pipeline/problem.ts'
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'

/** What keeps the pipeline from running; each leads to its step, many can be solved with one click. */
export function ProblemsList() {
  const problems = useEditor((state) => state.problems)
  if (problems.length === 0) {
    return (
      <EmptyState icon={<CircleCheck />} title="No problems">
        The pipeline can run.
      </EmptyState>
    )
  }
  return (
    <ul className="p-1.5">
      {problems.map((problem) => (
        <ProblemRow key={JSON.stringify(problem)} problem={problem} />
      ))}
    </ul>
  )
}

function ProblemRow({ problem }: { problem: Problem }) {
  const editor = useEditorApi()
  const key = problem.step === undefined ? undefined : editor.keyOfPath(problem.step)
  const view = useStepView(key ?? null)
  const manifest = useEditor((state) => (view ? state.manifests.get(view.step.type) : undefined))
  const name = view ? displayName(view.step, manifest) : 'Pipeline'
  const jump = (): void => {
    editor.actions.select(key === undefined ? [] : [key])
    editor.actions.setPanels({ inspector: true })
    if (key !== undefined) editor.canvas.reveal(key)
  }
  const fix = (): void => {
    if (!editor.actions.applyFix(problem)) toast.error('This could not be changed automatically')
  }
  return (
    <li className="flex items-start gap-2 rounded-sm px-2 py-1.5 hover:bg-surface-quiet">
      {problem.severity === 'error' ? (
        <CircleX className="mt-0.5 size-4 shrink-0 text-failed" role="img" aria-label="Error" />
      ) : (
        <TriangleAlert className="mt-0.5 size-4 shrink-0 text-waiting" role="img" aria-label="Warning" />
      )}
      <button type="button" className="min-w-0 flex-1 rounded-sm text-left" onClick={jump}>
        <span className="font-medium">{name}</span>
        <span className="text-text-quiet"> · </span>
        <span>{problem.message}</span>
        {problem.field ? <code className="ml-2 text-xs text-text-quiet">{problem.field}</code> : null}
      </button>
      {problem.fix ? (
        <Button size="sm" onClick={fix}>
          {problem.fix.title}
        </Button>
      ) : null}
    </li>
  )
}
