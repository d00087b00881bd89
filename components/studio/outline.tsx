'use client'
import { displayName, useEditor, useEditorApi, useStepRun } from '#components/editor/editor.ts'
import { Icon } from '#components/ui/icon.tsx'
import { StatusIcon } from '#components/ui/status-icon.tsx'

/** All steps as an indented list in document order; choosing one shows it on the canvas. */
export function Outline({ onChosen }: { onChosen?: (() => void) | undefined }) {
  const keys = useEditor((state) => state.stepKeys)
  if (keys.length === 0) return <p className="px-4 py-8 text-center text-sm text-text-quiet">There are no steps yet.</p>
  return (
    <ul className="min-h-0 flex-1 overflow-y-auto p-1.5">
      {keys.map((key) => (
        <OutlineItem key={key} stepKey={key} onChosen={onChosen} />
      ))}
    </ul>
  )
}

function OutlineItem({ stepKey, onChosen }: { stepKey: string; onChosen?: (() => void) | undefined }) {
  const editor = useEditorApi()
  const view = useEditor((state) => state.steps[stepKey])
  const manifest = useEditor((state) => (view ? state.manifests.get(view.step.type) : undefined))
  const selected = useEditor((state) => state.selection.steps.includes(stepKey))
  const run = useStepRun(view?.path ?? '')
  if (!view) return null
  return (
    <li>
      <button
        type="button"
        aria-current={selected || undefined}
        onClick={() => {
          editor.actions.select([stepKey])
          editor.canvas.reveal(stepKey)
          onChosen?.()
        }}
        className="flex w-full items-center gap-2 rounded-sm px-2 py-1 text-left hover:bg-surface-strong aria-[current]:bg-accent-soft"
        style={{ paddingLeft: 8 + (view.path.split('.').length - 1) * 16 }}
      >
        <span className="icon-tile" data-category={manifest?.category}>
          <Icon name={manifest?.icon ?? 'circle-help'} className="size-3.5" />
        </span>
        <span className="min-w-0 flex-1 truncate">{displayName(view.step, manifest)}</span>
        {run ? <StatusIcon status={run.status} className="size-3.5" /> : null}
      </button>
    </li>
  )
}
