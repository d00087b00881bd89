'use client'
import { Canvas } from '#components/canvas/canvas.tsx'
import { inspectorShown, selectedStepKey, useEditor, useEditorApi } from '#components/editor/editor.ts'
import { RunDialog, useRunControl } from '#components/runs/runs.ts'
import { useEffect, useMemo } from 'react'
import { CommandPalette } from './command-palette.tsx'
import { ConnectDialog } from './connect-dialog.tsx'
import { DrawerPanel } from './drawer-panel.tsx'
import { EmptyCanvas } from './empty-canvas.tsx'
import { InspectorPanel } from './inspector-panel.tsx'
import { LeftRail } from './left-rail.tsx'
import { RunBanner } from './run-banner.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { TopBar } from './top-bar.tsx'
import { useLeaveGuard } from './use-leave-guard.ts'
import { useLatestRun } from './use-latest-run.ts'
import { useNarrow } from './use-narrow.ts'
import { useRememberedPanels } from './use-remembered-panels.ts'
import { useStaleSteps } from './use-stale-steps.ts'
import { useStepInAddress } from './use-step-in-address.ts'
import { ZoomControls } from './zoom-controls.tsx'

/** The canvas with everything that floats over it. */
export function StudioView() {
  const editor = useEditorApi()
  const narrow = useNarrow()
  const readOnly = useEditor((state) => state.readOnly)
  const panels = useEditor((state) => state.panels)
  const shown = useEditor(inspectorShown)
  useRememberedPanels(editor, narrow)
  useStepInAddress(editor)
  useLeaveGuard(editor)
  useRunControl(editor)
  useLatestRun(editor)
  useStaleSteps(editor)
  const insets = useMemo(
    () =>
      narrow
        ? { top: readOnly ? 112 : 64, right: 0, bottom: 64, left: 0 }
        : {
            // Above a past run stands the banner that says so.
            top: readOnly ? 112 : 64,
            right: shown ? panels.inspectorWidth + 12 : 0,
            bottom: panels.drawer ? panels.drawerHeight + 12 : 0,
            left: panels.palette ? 320 : 56,
          },
    [narrow, panels, readOnly, shown],
  )
  useSelectionInView(shown, panels.drawer)
  return (
    <main className="relative h-dvh overflow-hidden bg-canvas text-sm">
      <Canvas insets={insets}>
        <EmptyCanvas insets={insets} />
      </Canvas>
      <TopBar narrow={narrow} />
      <RunBanner right={insets.right} left={insets.left} />
      <LeftRail narrow={narrow} bottom={insets.bottom} />
      <InspectorPanel narrow={narrow} />
      <DrawerPanel narrow={narrow} right={insets.right} />
      {narrow ? <SelectionBar /> : <ZoomControls left={insets.left} bottom={insets.bottom} />}
      <RunDialog />
      <CommandPalette />
      <ConnectDialog />
      <ShortcutsDialog />
    </main>
  )
}

/** Panels never cover the selected step. */
function useSelectionInView(inspectorOpen: boolean, drawerOpen: boolean): void {
  const editor = useEditorApi()
  const selected = useEditor(selectedStepKey)
  useEffect(() => {
    if (selected !== null) editor.canvas.reveal(selected)
  }, [editor, selected, inspectorOpen, drawerOpen])
}
