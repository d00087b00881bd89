'use client'
import { NodeToolbar, Position, useConnection } from '@xyflow/react'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { DropdownMenu } from '#components/ui/dropdown-menu.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { CircleOff, CirclePlay, Copy, Ellipsis, Trash2 } from 'lucide-react'
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
  if (hovered === null || !exists || readOnly || connecting) return null
  const { actions } = editor
  return (
    <NodeToolbar nodeId={hovered} isVisible position={Position.Top} offset={6}>
      <div
        role="toolbar"
        aria-label="Step"
        className="flex gap-px rounded-md border bg-surface p-0.5 shadow-float"
        onMouseEnter={() => canvas.setState({ hovered })}
        data-card-toolbar
      >
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
      </div>
    </NodeToolbar>
  )
}
