'use client'
import { inspectorShown, toggledInspector, useEditor, useEditorApi } from '#components/editor/editor.ts'
import { RunStatusLine } from '#components/runs/runs.ts'
import { Button } from '#components/ui/button.tsx'
import { DropdownMenu } from '#components/ui/dropdown-menu.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Logo } from '#components/ui/logo.tsx'
import { ThemeToggle } from '#components/ui/theme-toggle.tsx'
import { toast } from '#components/ui/toast.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import { printPipeline } from '#pipeline/yaml.ts'
import {
  ChevronDown,
  Copy,
  Download,
  Ellipsis,
  Keyboard,
  Link2,
  PanelRight,
  Play,
  Search,
  TriangleAlert,
} from 'lucide-react'
import Link from 'next/link'
import { Island } from './island.tsx'
import { PipelineName } from './pipeline-name.tsx'
import { SaveStateLabel } from './save-state-label.tsx'

/** Where you are and how it is saved at the left; what can be done with the whole pipeline at the right. */
export function TopBar({ narrow }: { narrow: boolean }) {
  const { actions } = useEditorApi()
  const readOnly = useEditor((state) => state.readOnly)
  return (
    <header>
      <Island className="left-3 top-3 flex h-11 max-w-[calc(100vw-12rem)] items-center gap-1 pl-2.5 pr-2 min-[900px]:max-w-[40vw]">
        <Tooltip label="All pipelines" side="bottom">
          <Link href="/" aria-label="All pipelines" className="rounded-sm p-0.5">
            <Logo className="size-6" />
          </Link>
        </Tooltip>
        <span className="text-text-faint" aria-hidden>
          /
        </span>
        <h1 className="min-w-0">
          <PipelineName />
        </h1>
        {readOnly ? null : <SaveStateLabel short={narrow} />}
      </Island>
      <Island className="right-3 top-3 flex h-11 items-center gap-1 px-1.5">
        {narrow ? null : (
          <>
            <RunSummary />
            <ProblemsButton />
            <IconButton
              label="Search commands and steps"
              keys="Mod+K"
              side="bottom"
              onClick={() => actions.openDialog('commands')}
            >
              <Search />
            </IconButton>
            <ThemeToggle />
            <SettingsToggle />
          </>
        )}
        <MoreMenu />
        <RunButton />
      </Island>
    </header>
  )
}

/** Shows and hides the inspector: of the selected step, or of the pipeline. */
function SettingsToggle() {
  const { actions, store } = useEditorApi()
  const shown = useEditor(inspectorShown)
  const selected = useEditor((state) => state.selection.steps.length > 0)
  return (
    <IconButton
      label={shown ? 'Hide settings' : selected ? 'Show settings' : 'Show the settings of the pipeline'}
      keys="I"
      side="bottom"
      aria-expanded={shown}
      onClick={() => actions.setPanels(toggledInspector(store.getState()))}
    >
      <PanelRight />
    </IconButton>
  )
}

/** Starts a run with one click; the form for other inputs is behind the arrow. */
function RunButton() {
  const { actions } = useEditorApi()
  const readOnly = useEditor((state) => state.readOnly)
  const hasInputs = useEditor((state) => Object.keys(state.inputs).length > 0)
  const split = hasInputs && !readOnly
  return (
    <div className="flex">
      <Tooltip
        label={readOnly ? 'A past run is shown; go back to the draft to run it' : 'Run pipeline'}
        {...(readOnly ? {} : { keys: 'Mod+Enter' })}
        side="bottom"
      >
        <Button
          variant="primary"
          aria-disabled={readOnly}
          className={split ? 'rounded-r-none' : undefined}
          onClick={() => (readOnly ? undefined : actions.openDialog('run'))}
        >
          <Play className="fill-current" />
          Run
        </Button>
      </Tooltip>
      {split ? (
        <IconButton
          label="Run with other inputs…"
          keys="Mod+Shift+Enter"
          side="bottom"
          variant="primary"
          className="w-6 rounded-l-none border-l border-l-white/25"
          onClick={() => actions.openDialog('run-form')}
        >
          <ChevronDown />
        </IconButton>
      ) : null}
    </div>
  )
}

/** Status of the shown run; opens the drawer. */
function RunSummary() {
  const { actions } = useEditorApi()
  const runId = useEditor((state) => state.runId)
  const open = useEditor((state) => state.panels.drawer)
  if (runId === null) return null
  return (
    <Tooltip label={open ? 'Hide the run' : 'Show the run'} keys="L" side="bottom">
      <button
        type="button"
        className="h-8 rounded-sm px-2 hover:bg-surface-strong"
        aria-expanded={open}
        onClick={() => actions.setPanels({ drawer: !open })}
      >
        <RunStatusLine />
      </button>
    </Tooltip>
  )
}

function ProblemsButton() {
  const { actions } = useEditorApi()
  const count = useEditor((state) => state.problems.length)
  const errors = useEditor((state) => state.problems.some((problem) => problem.severity === 'error'))
  if (count === 0) return null
  const label = `${count} ${count === 1 ? 'problem' : 'problems'}`
  return (
    <Tooltip label={errors ? `${label}: it cannot run yet` : label} side="bottom">
      <button
        type="button"
        aria-label={label}
        className={`flex h-8 items-center gap-1 rounded-sm px-2 text-xs font-medium tabular hover:bg-surface-strong ${errors ? 'text-failed' : 'text-waiting'}`}
        onClick={() => actions.setPanels({ drawer: true, drawerTab: 'problems' })}
      >
        <TriangleAlert className="size-4" aria-hidden />
        {count}
      </button>
    </Tooltip>
  )
}

function MoreMenu() {
  const editor = useEditorApi()
  const copy = (text: string, done: string): void => {
    navigator.clipboard.writeText(text).then(
      () => toast(done),
      () => toast.error('The browser did not allow copying'),
    )
  }
  const download = (): void => {
    const { name } = editor.store.getState()
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([printPipeline(editor.document())], { type: 'application/yaml' }))
    link.download = `${name.replaceAll(/[^\w-]+/g, '-').toLowerCase() || 'pipeline'}.yaml`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1_000)
  }
  return (
    <DropdownMenu
      trigger={
        <IconButton label="More" side="bottom">
          <Ellipsis />
        </IconButton>
      }
      groups={[
        [
          {
            id: 'copy-yaml',
            title: 'Copy as YAML',
            icon: <Copy />,
            run: () => copy(printPipeline(editor.document()), 'Copied as YAML'),
          },
          { id: 'download-yaml', title: 'Download YAML', icon: <Download />, run: download },
          { id: 'copy-link', title: 'Copy link', icon: <Link2 />, run: () => copy(location.href, 'Link copied') },
        ],
        [
          {
            id: 'commands',
            title: 'Search commands and steps',
            icon: <Search />,
            keys: 'Mod+K',
            run: () => editor.actions.openDialog('commands'),
          },
          {
            id: 'shortcuts',
            title: 'Keyboard shortcuts',
            icon: <Keyboard />,
            keys: '?',
            run: () => editor.actions.openDialog('shortcuts'),
          },
        ],
      ]}
    />
  )
}
