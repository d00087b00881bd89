'use client'
import { placementProblem, useEditor, useEditorApi } from '#components/editor/editor.ts'
import type { ContainerKind } from '#pipeline/manifest.ts'
import { Plus } from 'lucide-react'

/** What a try can still be given: a catch and a finally, each once. */
export function AddHandler({ tryKey, kind }: { tryKey: string; kind: ContainerKind | undefined }) {
  const { actions } = useEditorApi()
  const missing = useEditor((state) =>
    kind === 'body'
      ? ['flow.catch', 'flow.finally']
          .filter((type) => state.manifests.has(type) && placementProblem(state, type, tryKey) === null)
          .join(' ')
      : '',
  )
  const titles = useEditor((state) => state.manifests)
  if (missing === '') return null
  return missing.split(' ').map((type) => (
    <button
      key={type}
      type="button"
      className="nodrag nopan frame-add flex h-4 shrink-0 items-center gap-0.5 rounded-[4px] text-2xs text-text-quiet hover:text-text hover:underline"
      onClick={() => actions.addStep({ type, parentKey: tryKey })}
    >
      <Plus className="size-3" aria-hidden />
      {titles.get(type)!.title}
    </button>
  ))
}
