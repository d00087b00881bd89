'use client'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { useEffect, useState } from 'react'

/** The pipeline's name, edited in place: Enter keeps it, Escape takes it back. */
export function PipelineName() {
  const { actions } = useEditorApi()
  const name = useEditor((state) => state.name)
  const readOnly = useEditor((state) => state.readOnly)
  const [typed, setTyped] = useState<string | null>(null)
  useEffect(() => {
    document.title = `${name} · Orchestrator`
  }, [name])
  const shown = typed ?? name
  if (readOnly) return <span className="block truncate px-1.5 text-sm font-medium">{name}</span>
  const keep = (): void => {
    if (typed !== null) actions.setPipelineName(typed)
    setTyped(null)
  }
  return (
    <span className="inline-grid max-w-full">
      <span
        aria-hidden
        className="invisible col-start-1 row-start-1 truncate whitespace-pre px-1.5 text-sm font-medium"
      >
        {shown || ' '}
      </span>
      <input
        aria-label="Name of the pipeline"
        value={shown}
        size={1}
        maxLength={200}
        onChange={(event) => setTyped(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setTyped(null)
          if (event.key === 'Enter' || event.key === 'Escape') {
            event.preventDefault()
            event.stopPropagation()
            const { currentTarget } = event
            // After React has drawn what Escape brought back.
            requestAnimationFrame(() => currentTarget.blur())
          }
        }}
        className="col-start-1 row-start-1 w-full min-w-0 truncate rounded-sm bg-transparent px-1.5 py-0.5 text-sm font-medium hover:bg-surface-strong focus:bg-surface-strong"
      />
    </span>
  )
}
