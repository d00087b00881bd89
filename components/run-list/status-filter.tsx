'use client'
import { classNames } from '#components/ui/class-names.ts'
import { StatusIcon, statusLooks } from '#components/ui/status-icon.tsx'
import { X } from 'lucide-react'

const filterStatuses = ['running', 'queued', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled'] as const
export type FilterStatus = (typeof filterStatuses)[number]

/** The statuses named in the address, unknown ones left out. */
export function readStatuses(text: string | null): FilterStatus[] {
  const named = text?.split(',') ?? []
  return filterStatuses.filter((status) => named.includes(status))
}

/** Chips: each narrows the list to its status, several together widen it. */
export function StatusFilter({ chosen, onChange }: { chosen: FilterStatus[]; onChange(chosen: FilterStatus[]): void }) {
  return (
    <div role="group" aria-label="Status" className="flex flex-wrap gap-1.5">
      {filterStatuses.map((status) => {
        const on = chosen.includes(status)
        return (
          <button
            key={status}
            type="button"
            aria-pressed={on}
            onClick={() => onChange(on ? chosen.filter((other) => other !== status) : [...chosen, status])}
            className={classNames(
              'flex h-7 items-center gap-1.5 rounded-full border bg-surface px-2.5 text-xs text-text-quiet transition-colors hover:text-text',
              on && 'border-accent bg-accent-soft text-text',
            )}
          >
            {status === 'running' ? (
              <span className="size-3 rounded-full border-2 border-running border-r-transparent" aria-hidden />
            ) : (
              <StatusIcon status={status} className="size-3.5" />
            )}
            {statusLooks[status].title}
            {on ? <X className="size-3" aria-hidden /> : null}
          </button>
        )
      })}
    </div>
  )
}
