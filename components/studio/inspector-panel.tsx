'use client'
import { inspectorShown, toggledInspector, useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Inspector } from '#components/inspector/inspector.tsx'
import { Sheet } from '#components/ui/sheet.tsx'
import { Island } from './island.tsx'
import { ResizeHandle } from './resize-handle.tsx'

/** The right panel with the settings of what is selected. */
export function InspectorPanel({ narrow }: { narrow: boolean }) {
  const { actions, store } = useEditorApi()
  const open = useEditor(inspectorShown)
  const width = useEditor((state) => state.panels.inspectorWidth)
  const toggle = () => actions.setPanels(toggledInspector(store.getState()))
  if (narrow) {
    return (
      <Sheet open={open} onOpenChange={toggle} title="Settings" side="bottom" className="h-[80dvh]">
        <div data-inspector className="h-full">
          <Inspector />
        </div>
      </Sheet>
    )
  }
  if (!open) return null
  return (
    <Island
      role="complementary"
      aria-label="Settings"
      data-inspector
      className="bottom-3 right-3 top-17 flex flex-col"
      style={{ width, maxWidth: 'calc(100vw - 5rem)' }}
    >
      <ResizeHandle
        edge="left"
        label="Width of the settings"
        size={width}
        min={300}
        max={720}
        onResize={(inspectorWidth) => actions.setPanels({ inspectorWidth })}
      />
      <div className="min-h-0 flex-1 overflow-hidden rounded-md">
        <Inspector />
      </div>
    </Island>
  )
}
