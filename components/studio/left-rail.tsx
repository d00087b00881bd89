'use client'
import { Palette } from '#components/canvas/canvas.tsx'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { classNames } from '#components/ui/class-names.ts'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Sheet } from '#components/ui/sheet.tsx'
import { ChartNoAxesGantt, CircleHelp, ListTree, Network, Plus, Redo2, Undo2, X } from 'lucide-react'
import { useState } from 'react'
import { Island } from './island.tsx'
import { Outline } from './outline.tsx'

/** Add step, outline, undo and redo, tidy up; the panel of step types or the outline opens beside it. */
export function LeftRail({ narrow, bottom }: { narrow: boolean; bottom: number }) {
  const { actions, commands } = useEditorApi()
  const readOnly = useEditor((state) => state.readOnly)
  const open = useEditor((state) => state.panels.palette)
  const canUndo = useEditor((state) => state.canUndo)
  const canRedo = useEditor((state) => state.canRedo)
  const [shown, setShown] = useState<'steps' | 'outline'>('steps')
  const view = readOnly ? 'outline' : shown
  const toggle = (next: 'steps' | 'outline'): void => {
    actions.setPanels({ palette: !(open && view === next) })
    setShown(next)
  }
  const close = (): void => actions.setPanels({ palette: false })
  const title = view === 'steps' ? 'Add step' : 'Outline'
  const panel =
    view === 'steps' ? (
      <Palette onAdded={narrow ? close : undefined} />
    ) : (
      <Outline onChosen={narrow ? close : undefined} />
    )
  const side = narrow ? 'top' : 'right'
  return (
    <>
      <Island
        role="toolbar"
        aria-label="Edit"
        aria-orientation={narrow ? 'horizontal' : 'vertical'}
        className={classNames(
          'flex gap-0.5 p-1',
          narrow ? 'bottom-3 left-1/2 -translate-x-1/2' : 'left-3 top-17 flex-col',
        )}
      >
        {readOnly ? null : (
          <IconButton
            label="Add step"
            keys="S"
            side={side}
            variant={open && view === 'steps' ? 'secondary' : 'primary'}
            aria-expanded={open && view === 'steps'}
            onClick={() => toggle('steps')}
          >
            <Plus />
          </IconButton>
        )}
        <IconButton
          label="Outline"
          side={side}
          aria-expanded={open && view === 'outline'}
          onClick={() => toggle('outline')}
        >
          <ListTree />
        </IconButton>
        {readOnly ? null : (
          <>
            <IconButton label="Undo" keys="Mod+Z" side={side} disabled={!canUndo} onClick={() => actions.undo()}>
              <Undo2 />
            </IconButton>
            <IconButton label="Redo" keys="Mod+Shift+Z" side={side} disabled={!canRedo} onClick={() => actions.redo()}>
              <Redo2 />
            </IconButton>
            <IconButton label="Tidy up" keys="Shift+L" side={side} onClick={() => commands.get('auto-layout')!.run()}>
              <Network />
            </IconButton>
          </>
        )}
        {narrow ? (
          <IconButton label="Run and problems" side={side} onClick={() => actions.setPanels({ drawer: true })}>
            <ChartNoAxesGantt />
          </IconButton>
        ) : (
          <IconButton label="Keyboard shortcuts" keys="?" side={side} onClick={() => actions.openDialog('shortcuts')}>
            <CircleHelp />
          </IconButton>
        )}
      </Island>
      {narrow ? (
        <Sheet
          open={open}
          onOpenChange={(next) => actions.setPanels({ palette: next })}
          title={title}
          side="bottom"
          className="h-[70dvh]"
        >
          <div className="flex h-full flex-col">{panel}</div>
        </Sheet>
      ) : open ? (
        <Island
          className="left-16.5 top-17 flex w-62 flex-col"
          style={{ maxHeight: `calc(100dvh - ${bottom + 80}px)` }}
          role="region"
          aria-label={title}
        >
          <div className="flex items-center justify-between border-b py-1 pl-3 pr-1.5">
            <h2 className="text-sm font-medium">{title}</h2>
            <IconButton label="Close" size="sm" onClick={close}>
              <X />
            </IconButton>
          </div>
          {panel}
        </Island>
      ) : null}
    </>
  )
}
