'use client'
import { NodeToolbar, Position, useConnection } from '@xyflow/react'
import { useEditor, useEditorApi, useStepRun } from '#components/editor/editor.ts'
import { DropdownMenu } from '#components/ui/dropdown-menu.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { CircleOff, CirclePlay, Copy, Ellipsis, Pin, PinOff, Play, RotateCcw, StepForward, Trash2 } from 'lucide-react'
import { useCanvas, useCanvasStore } from './canvas-context.ts'
import { stepMenu } from './step-menu.tsx'

/** The small toolbar above the card under the pointer. One for the whole canvas. */
export function CardToolbar() {
  const canvas = useCanvasStore()
  const hovered = useCanvas((state) => (state.dropTarget === undefined ? state.hovered : null))
  const editor = useEditorApi()
  const exists = useEditor((state) => hovered !== null && state.steps[hovered] !== undefined)
  const connecting = useConnection((connection) => connection.inProgress)
  const readOnly = useEditor((state) => state.readOnly)
  const disabled = useEditor((state) => hovered !== null && state.steps[hovered]?.step.disabled === true)
  const pinned = useEditor((state) => hovered !== null && state.pins[state.steps[hovered]?.path ?? ''] !== undefined)
  const path = useEditor((state) => (hovered === null ? '' : (state.steps[hovered]?.path ?? '')))
  // Where it stands in the run decides what can be done with it.
  const reached = useStepRun(path) !== undefined
  const over = useEditor((state) => state.run?.ended === true)
  const isHandler = useEditor((state) => {
    const kind =
      hovered === null ? undefined : state.manifests.get(state.steps[hovered]?.step.type ?? '')?.container?.kind
    return kind === 'catch' || kind === 'finally'
  })
  if (hovered === null || !exists || connecting) return null
  const rerun = over && reached && !isHandler
  if (readOnly && !rerun) return null
  const { actions } = editor
  const command = (id: string) => () => {
    actions.select([hovered])
    editor.commands.get(id)!.run()
  }
  return (
    <NodeToolbar nodeId={hovered} isVisible position={Position.Top} offset={6}>
      <div
        role="toolbar"
        aria-label="Step"
        className="flex gap-px rounded-md border bg-surface p-0.5 shadow-float"
        onMouseEnter={() => canvas.setState({ hovered })}
        data-card-toolbar
      >
        {readOnly || isHandler ? null : (
          <>
            <IconButton label="Run this step" keys="R" size="sm" onClick={command('run-step')}>
              <Play />
            </IconButton>
            <IconButton label="Run to here" keys="T" size="sm" onClick={command('run-to')}>
              <StepForward />
            </IconButton>
          </>
        )}
        {rerun ? (
          <IconButton label="Re-run from here" keys="F" size="sm" onClick={command('rerun-from')}>
            <RotateCcw />
          </IconButton>
        ) : null}
        {readOnly ? null : (
          <>
            {(reached || pinned) && !isHandler ? (
              <IconButton
                label={pinned ? 'Unpin the output' : 'Pin the output'}
                keys="P"
                size="sm"
                onClick={command('toggle-pin')}
              >
                {pinned ? <PinOff /> : <Pin />}
              </IconButton>
            ) : null}
            <span className="mx-0.5 w-px self-stretch bg-line" aria-hidden />
            <IconButton
              label={disabled ? 'Enable' : 'Disable'}
              keys="D"
              size="sm"
              onClick={() => actions.toggleDisabled([hovered])}
            >
              {disabled ? <CirclePlay /> : <CircleOff />}
            </IconButton>
            <IconButton label="Duplicate" keys="Mod+D" size="sm" onClick={() => actions.duplicate([hovered])}>
              <Copy />
            </IconButton>
            <IconButton label="Delete" keys="Delete" size="sm" onClick={() => actions.removeSteps([hovered])}>
              <Trash2 />
            </IconButton>
            <DropdownMenu
              trigger={
                <IconButton label="More" size="sm" onClick={() => actions.select([hovered])}>
                  <Ellipsis />
                </IconButton>
              }
              groups={stepMenu(editor, [hovered])}
            />
          </>
        )}
      </div>
    </NodeToolbar>
  )
}
