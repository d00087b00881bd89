'use client'
import { useEditor } from '#components/editor/editor.ts'
import { Tooltip } from '#components/ui/tooltip.tsx'
import { Check, CloudOff, RefreshCw, TriangleAlert } from 'lucide-react'

const looks = {
  saved: { title: 'Saved', help: 'Every change is saved by itself.', icon: Check, tone: 'text-text-quiet' },
  saving: { title: 'Saving', help: 'Your last change is on its way.', icon: RefreshCw, tone: 'text-text-quiet' },
  offline: {
    title: 'Offline',
    help: 'The server cannot be reached. Your changes are kept in this window and sent when it is back.',
    icon: CloudOff,
    tone: 'text-waiting',
  },
  refused: {
    title: 'Not saved',
    help: 'The server no longer takes changes of this pipeline; it may have been deleted. Copy it as YAML to keep it.',
    icon: TriangleAlert,
    tone: 'text-failed',
  },
} as const

/** Whether the server has everything, in a word. */
export function SaveStateLabel({ short }: { short: boolean }) {
  const state = useEditor(({ saveState }) => saveState)
  const { title, help, icon: StateIcon, tone } = looks[state]
  return (
    <Tooltip label={help} side="bottom">
      <span
        role="status"
        data-save-state={state}
        className={`flex h-7 shrink-0 items-center gap-1 whitespace-nowrap px-1 text-xs ${tone}`}
      >
        <StateIcon className="size-3.5" aria-hidden />
        <span className={short ? 'sr-only' : 'min-w-10'}>{title}</span>
      </span>
    </Tooltip>
  )
}
