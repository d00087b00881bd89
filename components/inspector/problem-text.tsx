'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import type { Problem } from '#pipeline/problem.ts'

/** What is wrong with a field, and the button that puts it right where there is one. */
export function ProblemText({ problem, readOnly }: { problem: Problem; readOnly: boolean }) {
  const editor = useEditorApi()
  return (
    <>
      {problem.message}
      {problem.fix && !readOnly ? (
        <button
          type="button"
          className="ml-1 font-medium text-accent-text underline"
          onClick={() => editor.actions.applyFix(problem)}
        >
          {problem.fix.title}
        </button>
      ) : null}
    </>
  )
}
