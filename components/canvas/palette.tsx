'use client'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import type { StepManifest } from '#pipeline/manifest.ts'
import { Search } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import { briefOf, categories, searchSteps } from './step-search.ts'

/** What a dragged palette entry carries. */
export const stepTypeMime = 'application/x-orchestrator-step-type'

/**
 * All step types with a search; drag one onto the canvas, or double-click it, or press Enter on it. With `onAdded` (a
 * sheet over the canvas, where nothing can be dragged) one click adds.
 */
export function Palette({ onAdded }: { onAdded?(): void }) {
  const editor = useEditorApi()
  const manifests = useEditor((state) => state.manifests)
  const [search, setSearch] = useState('')
  const list = useRef<HTMLDivElement>(null)
  // A handler is added to its try, where there is room for it.
  const found = searchSteps(manifests, search).filter(({ inside }) => !inside || inside === 'repeat')
  const groups =
    search.trim() === ''
      ? categories.map(({ id, title }) => ({ title, steps: found.filter((manifest) => manifest.category === id) }))
      : [{ title: '', steps: found }]

  const add = (manifest: StepManifest): void => {
    const { selection, steps } = editor.store.getState()
    const selected = selection.steps.length === 1 ? steps[selection.steps[0]!] : undefined
    const key = editor.actions.addStep({
      type: manifest.type,
      // Building from left to right: the next step follows the selected one.
      ...(selected && !selected.container ? { connectFrom: connectionFrom(selected.key) } : {}),
    })
    editor.canvas.reveal(key)
    onAdded?.()
  }
  const connectionFrom = (key: string): { key: string; port: string } => {
    const { edges, steps, manifests: types } = editor.store.getState()
    const ports = types.get(steps[key]!.step.type)?.outputPorts ?? [{ name: 'out' }]
    const used = new Set(Object.values(edges).flatMap((edge) => (edge.from === key ? [edge.port] : [])))
    return { key, port: (ports.find((port) => !used.has(port.name)) ?? ports[0])?.name ?? 'out' }
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const entries = [...(list.current?.querySelectorAll<HTMLElement>('[data-step-type]') ?? [])]
    const index = entries.indexOf(document.activeElement as HTMLElement)
    if (event.key === 'ArrowDown') entries[Math.min(index + 1, entries.length - 1)]?.focus()
    else if (event.key === 'ArrowUp' && index > 0) entries[index - 1]?.focus()
    else if (event.key === 'Enter' && index < 0 && found[0]) add(found[0])
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col" onKeyDown={onKeyDown}>
      <div className="relative p-2">
        <Search
          className="pointer-events-none absolute left-4.5 top-1/2 size-3.5 -translate-y-1/2 text-text-faint"
          aria-hidden
        />
        <Input
          type="search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          placeholder="Search steps"
          aria-label="Search steps"
          className="pl-7"
        />
      </div>
      <div ref={list} className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2">
        {found.length === 0 ? (
          <p className="px-3 py-8 text-center text-sm text-text-quiet">No step does “{search}”. Try another word.</p>
        ) : null}
        {groups.map(({ title, steps }) =>
          steps.length === 0 ? null : (
            <section key={title} aria-label={title || 'Found'}>
              {title ? <h3 className="px-2 pb-0.5 pt-2 text-xs font-medium text-text-quiet">{title}</h3> : null}
              {steps.map((manifest) => (
                <Entry
                  key={manifest.type}
                  manifest={manifest}
                  tap={onAdded !== undefined}
                  onAdd={() => add(manifest)}
                />
              ))}
            </section>
          ),
        )}
      </div>
    </div>
  )
}

function Entry({ manifest, tap, onAdd }: { manifest: StepManifest; tap: boolean; onAdd(): void }) {
  return (
    <Tooltip label={briefOf(manifest)} side="right">
      <button
        type="button"
        draggable
        data-step-type={manifest.type}
        onDragStart={(event) => {
          event.dataTransfer.setData(stepTypeMime, manifest.type)
          event.dataTransfer.effectAllowed = 'copy'
        }}
        onDoubleClick={onAdd}
        // A finger neither drags nor double-clicks.
        onClick={(event) => {
          if (tap || ('pointerType' in event.nativeEvent && event.nativeEvent.pointerType === 'touch')) onAdd()
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return
          event.preventDefault()
          event.stopPropagation()
          onAdd()
        }}
        className="flex w-full cursor-grab items-center gap-2 rounded-sm px-2 py-1 text-left text-sm hover:bg-surface-strong active:cursor-grabbing"
      >
        <span className="icon-tile" data-category={manifest.category}>
          <Icon name={manifest.icon} className="size-3.5" />
        </span>
        <span className="truncate">{manifest.title}</span>
      </button>
    </Tooltip>
  )
}
