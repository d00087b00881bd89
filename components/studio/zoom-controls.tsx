'use client'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Map as MapIcon, Maximize, Minus, Plus } from 'lucide-react'
import { Island } from './island.tsx'

/** Zoom out, in, and show everything, at the lower left. */
export function ZoomControls({ left, bottom }: { left: number; bottom: number }) {
  const { commands } = useEditorApi()
  const minimap = useEditor((state) => state.panels.minimap)
  const run = (id: string) => () => commands.get(id)!.run()
  return (
    <Island
      role="toolbar"
      aria-label="View"
      className="flex gap-0.5 p-0.5"
      style={{ left: left > 56 ? left + 8 : 12, bottom: bottom + 12 }}
    >
      <IconButton label="Zoom out" keys="-" size="sm" onClick={run('zoom-out')}>
        <Minus />
      </IconButton>
      <IconButton label="Zoom in" keys="+" size="sm" onClick={run('zoom-in')}>
        <Plus />
      </IconButton>
      <IconButton label="Show everything" keys="1" size="sm" onClick={run('fit')}>
        <Maximize />
      </IconButton>
      <IconButton
        label={minimap ? 'Hide the map' : 'Show the map'}
        keys="M"
        size="sm"
        aria-pressed={minimap}
        onClick={run('toggle-minimap')}
      >
        <MapIcon />
      </IconButton>
    </Island>
  )
}
