'use client'
import { displayName, selectedStepKey, useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Copy, Play, SlidersHorizontal, Trash2 } from 'lucide-react'
import { Island } from './island.tsx'

/** On a narrow screen: what can be done to the tapped step. */
export function SelectionBar() {
  const { actions, commands } = useEditorApi()
  const key = useEditor(selectedStepKey)
  const name = useEditor((state) => {
    const view = key === null ? undefined : state.steps[key]
    return view ? displayName(view.step, state.manifests.get(view.step.type)) : null
  })
  const readOnly = useEditor((state) => state.readOnly)
  if (key === null || name === null) return null
  return (
    <Island
      role="toolbar"
      aria-label={name}
      className="bottom-16 left-1/2 flex max-w-[calc(100vw-1.5rem)] -translate-x-1/2 items-center gap-1 p-1 pl-3"
    >
      <span className="min-w-0 truncate font-medium">{name}</span>
      <Button size="sm" onClick={() => actions.setPanels({ inspector: true })}>
        <SlidersHorizontal />
        Settings
      </Button>
      {readOnly ? null : (
        <>
          <IconButton label="Run this step" size="sm" onClick={() => commands.get('run-step')!.run()}>
            <Play />
          </IconButton>
          <IconButton label="Duplicate" size="sm" onClick={() => actions.duplicate([key])}>
            <Copy />
          </IconButton>
          <IconButton label="Delete" size="sm" onClick={() => actions.removeSteps([key])}>
            <Trash2 />
          </IconButton>
        </>
      )}
    </Island>
  )
}
