'use client'
import { classNames } from '#components/ui/class-names.ts'
import { Select } from '#components/ui/select.tsx'
import { Bookmark, X } from 'lucide-react'

/** What starts runs, in words. */
export const triggers = { manual: 'By hand', cli: 'Command line', api: 'API', schedule: 'Schedule' } as const
export type Trigger = keyof typeof triggers

/** The starter named in the address; null when none or an unknown one is. */
export const readTrigger = (text: string | null): Trigger | null =>
  text !== null && Object.hasOwn(triggers, text) ? (text as Trigger) : null

/** Narrows the list to runs that were started in one way. */
export function TriggerFilter({
  chosen,
  onChange,
}: {
  chosen: Trigger | null
  onChange(chosen: Trigger | null): void
}) {
  return (
    <Select
      aria-label="Started by"
      value={chosen ?? 'any'}
      onValueChange={(value) => onChange(readTrigger(value))}
      options={[
        { value: 'any', title: 'Started in any way' },
        ...Object.entries(triggers).map(([value, title]) => ({ value, title })),
      ]}
      className="h-7 w-auto rounded-full text-xs text-text-quiet"
    />
  )
}

/** Narrows the list to runs that are kept for good. */
export function KeptFilter({ on, onChange }: { on: boolean; onChange(on: boolean): void }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => onChange(!on)}
      className={classNames(
        'flex h-7 items-center gap-1.5 rounded-full border bg-surface px-2.5 text-xs text-text-quiet transition-colors hover:text-text',
        on && 'border-accent bg-accent-soft text-text',
      )}
    >
      <Bookmark className="size-3.5" aria-hidden />
      Kept
      {on ? <X className="size-3" aria-hidden /> : null}
    </button>
  )
}
