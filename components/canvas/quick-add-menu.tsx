'use client'
import { type Editor, offeredIn, useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Icon } from '#components/ui/icon.tsx'
import { inputPortsOf } from '#pipeline/ports.ts'
import { Command } from 'cmdk'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import { useCanvas, useCanvasStore } from './canvas-context.ts'
import type { QuickAdd } from './canvas-store.ts'
import { briefOf, searchSteps } from './step-search.ts'

/** The menu of step types that opens where an edge was dropped, a `+` clicked, or the canvas double-clicked. */
export function QuickAddMenu() {
  const quickAdd = useCanvas((state) => state.quickAdd)
  const canvas = useCanvasStore()
  if (!quickAdd) return null
  return (
    <Popover.Root open onOpenChange={(open) => (open ? undefined : canvas.setState({ quickAdd: null }))}>
      <Popover.Anchor asChild>
        <span className="fixed size-0" style={{ left: quickAdd.at.x, top: quickAdd.at.y }} />
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          side="bottom"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 w-72 overflow-hidden rounded-md border bg-surface shadow-float outline-none"
          aria-label="Add a step"
        >
          <StepList quickAdd={quickAdd} onDone={() => canvas.setState({ quickAdd: null })} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function StepList({ quickAdd, onDone }: { quickAdd: QuickAdd; onDone(): void }) {
  const editor = useEditorApi()
  const manifests = useEditor((state) => state.manifests)
  const [search, setSearch] = useState('')
  const needsInput = quickAdd.connectFrom !== undefined || quickAdd.edgeKey !== undefined
  const graph = quickAdd.edgeKey === undefined ? quickAdd.parentKey : graphOf(editor, quickAdd.edgeKey)
  const found = searchSteps(manifests, search).filter(
    (manifest) =>
      (!needsInput || inputPortsOf(manifest).length > 0) && offeredIn(editor.store.getState(), manifest.type, graph),
  )
  const add = (type: string): void => {
    const { actions } = editor
    const key =
      quickAdd.edgeKey === undefined
        ? actions.addStep({ ...quickAdd, type })
        : actions.insertOnEdge(quickAdd.edgeKey, type)
    onDone()
    if (!key) return
    actions.select([key])
    requestAnimationFrame(() => editor.canvas.focusStep(key))
  }
  return (
    <Command shouldFilter={false} label="Step types" loop>
      <Command.Input
        autoFocus
        value={search}
        onValueChange={setSearch}
        placeholder="Add a step…"
        className="w-full border-b bg-transparent px-3 py-2 text-sm outline-none placeholder:text-text-faint"
      />
      <Command.List className="max-h-80 overflow-y-auto p-1">
        <Command.Empty className="px-3 py-6 text-center text-sm text-text-quiet">
          No step does “{search}”. Try another word.
        </Command.Empty>
        {found.map((manifest) => (
          <Command.Item
            key={manifest.type}
            value={manifest.type}
            onSelect={() => add(manifest.type)}
            className="flex cursor-default items-center gap-2 rounded-sm px-2 py-1.5 data-[selected=true]:bg-surface-strong"
          >
            <span className="icon-tile" data-category={manifest.category}>
              <Icon name={manifest.icon} className="size-3.5" />
            </span>
            <span className="min-w-0 flex-1">
              <span className="block truncate text-sm">{manifest.title}</span>
              <span className="block truncate text-xs text-text-quiet">{briefOf(manifest)}</span>
            </span>
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  )
}

/** The container whose graph an edge is in; null at the top level. */
function graphOf(editor: Editor, edgeKey: string): string | null {
  const { edges, steps } = editor.store.getState()
  return steps[edges[edgeKey]?.from ?? '']?.parentKey ?? null
}
