'use client'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { RunDrawer } from '#components/runs/runs.ts'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Sheet } from '#components/ui/sheet.tsx'
import { X } from 'lucide-react'
import { Island } from './island.tsx'
import { ProblemsList } from './problems-list.tsx'
import { ResizeHandle } from './resize-handle.tsx'

/** The bottom panel with the shown run and the problems. */
export function DrawerPanel({ narrow, right }: { narrow: boolean; right: number }) {
  const { actions } = useEditorApi()
  const open = useEditor((state) => state.panels.drawer)
  const height = useEditor((state) => state.panels.drawerHeight)
  if (narrow) {
    return (
      <Sheet
        open={open}
        onOpenChange={(next) => actions.setPanels({ drawer: next })}
        title="Run"
        side="bottom"
        className="h-[75dvh]"
      >
        <div className="flex h-full flex-col">
          <RunDrawer problems={<ProblemsList />} />
        </div>
      </Sheet>
    )
  }
  if (!open) return null
  return (
    <Island
      role="region"
      aria-label="Run and problems"
      className="bottom-3 left-3 flex flex-col"
      style={{ right: right + 12, height, maxHeight: 'calc(100dvh - 9rem)' }}
    >
      <ResizeHandle
        edge="top"
        label="Height of the run panel"
        size={height}
        min={160}
        max={640}
        onResize={(drawerHeight) => actions.setPanels({ drawerHeight })}
      />
      <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-md">
        <RunDrawer
          problems={<ProblemsList />}
          actions={
            <IconButton label="Hide" keys="L" size="sm" onClick={() => actions.setPanels({ drawer: false })}>
              <X />
            </IconButton>
          }
        />
      </div>
    </Island>
  )
}
