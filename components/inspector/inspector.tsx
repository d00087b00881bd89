'use client'
import { selectedStepKey, useEditor, useStepRun } from '#components/editor/editor.ts'
import { StatusIcon } from '#components/ui/status-icon.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import { useState } from 'react'
import { NotesTab } from './notes-tab.tsx'
import { OutputTab } from './output-tab.tsx'
import { PipelinePanel } from './pipeline-panel.tsx'
import { SettingsTab } from './settings-tab.tsx'
import { StepHeader } from './step-header.tsx'
import { useUndoKeys } from './use-undo-keys.ts'

/** The right-hand panel: the selected step, or the pipeline itself when none is. */
export function Inspector() {
  const stepKey = useEditor(selectedStepKey)
  const several = useEditor((state) => state.selection.steps.length)
  const readOnly = useEditor((state) => state.readOnly)
  const onKeyDown = useUndoKeys()
  // The chosen tab stays while one walks from step to step.
  const [tab, setTab] = useState<string | null>(null)
  return (
    <div className="flex h-full min-h-0 flex-col" onKeyDownCapture={onKeyDown}>
      {stepKey !== null ? (
        <StepPanel
          key={stepKey}
          stepKey={stepKey}
          tab={tab ?? (readOnly ? 'output' : 'settings')}
          onTabChange={setTab}
        />
      ) : several > 1 ? (
        <p className="p-4 text-sm text-text-quiet">{several} steps selected.</p>
      ) : (
        <PipelinePanel />
      )}
    </div>
  )
}

interface StepPanelProps {
  stepKey: string
  tab: string
  onTabChange(tab: string): void
}

function StepPanel({ stepKey, tab, onTabChange }: StepPanelProps) {
  // The path alone: what changes in a setting is drawn by its field.
  const path = useEditor((state) => state.steps[stepKey]?.path)
  const run = useStepRun(path ?? '')
  if (path === undefined) return null
  return (
    <>
      <StepHeader stepKey={stepKey} />
      <Tabs
        value={tab}
        onValueChange={onTabChange}
        tabs={[
          { value: 'settings', title: 'Settings', content: <SettingsTab stepKey={stepKey} /> },
          {
            value: 'output',
            title: <>Output {run ? <StatusIcon status={run.status} className="size-3.5" /> : null}</>,
            content: <OutputTab stepKey={stepKey} />,
          },
          { value: 'notes', title: 'Notes', content: <NotesTab stepKey={stepKey} /> },
        ]}
      />
    </>
  )
}
