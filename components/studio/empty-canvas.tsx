'use client'
import type { CanvasInsets } from '#components/canvas/canvas.tsx'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { Plus } from 'lucide-react'

/** What an empty pipeline says: how to begin. */
export function EmptyCanvas({ insets }: { insets: CanvasInsets }) {
  const { actions } = useEditorApi()
  const empty = useEditor((state) => state.stepKeys.length === 0)
  const readOnly = useEditor((state) => state.readOnly)
  if (!empty) return null
  return (
    <div className="pointer-events-none absolute flex items-center justify-center" style={insets}>
      <div className="flex flex-col items-center gap-3 px-6 text-center">
        <h2 className="text-base font-medium">{readOnly ? 'This run had no steps' : 'Add the first step'}</h2>
        {readOnly ? null : (
          <>
            <p className="max-w-72 text-sm text-text-quiet">
              Drag one from the list, drop a file here, or paste a web address or YAML.
            </p>
            <Button variant="primary" className="pointer-events-auto" onClick={() => actions.openDialog('add-step')}>
              <Plus />
              Add step
              <Kbd keys="A" inverted />
            </Button>
          </>
        )}
      </div>
    </div>
  )
}
