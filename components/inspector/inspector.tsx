'use client'
import { selectedStepKey, useEditor, useStepRun, useStepView } from '#components/editor/editor.ts'
import { StatusIcon } from '#components/ui/status-icon.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import { useState } from 'react'
import { NotesTab } from './notes-tab.tsx'
import { OutputTab } from './output-tab.tsx'
import { PipelinePanel } from './pipeline-panel.tsx'
import { SettingsTab } from './settings-tab.tsx'
import { StepHeader } from './step-header.tsx'

/** The right-hand panel: the selected step, or the pipeline itself when none is. */
export function Inspector() {
  const stepKey = useEditor(selectedStepKey)
  const several = useEditor((state) => state.selection.steps.length)
  const view = useStepView(stepKey)
  const run = useStepRun(view?.path ?? '')
  const readOnly = useEditor((state) => state.readOnly)
  // The chosen tab stays while one walks from step to step.
  const [tab, setTab] = useState<string | null>(null)
  if (stepKey === null || !view) {
    return several > 1 ? <p className="p-4 text-sm text-text-quiet">{several} steps selected.</p> : <PipelinePanel />
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <StepHeader stepKey={stepKey} />
      <Tabs
        value={tab ?? (readOnly ? 'output' : 'settings')}
        onValueChange={setTab}
        tabs={[
          { value: 'settings', title: 'Settings', content: <SettingsTab key={stepKey} stepKey={stepKey} /> },
          {
            value: 'output',
            title: <>Output {run ? <StatusIcon status={run.status} className="size-3.5" /> : null}</>,
            content: <OutputTab key={stepKey} stepKey={stepKey} />,
          },
          { value: 'notes', title: 'Notes', content: <NotesTab key={stepKey} stepKey={stepKey} /> },
        ]}
      />
    </div>
  )
}
