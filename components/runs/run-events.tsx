'use client'
import { errorMessageOf } from '#components/api/api.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { toast } from '#components/ui/toast.tsx'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { eventWords } from './event-words.ts'
import { useRunFeed, useRunFeedValue } from './run-context.tsx'

const rowHeight = 26
const bad = new Set(['step-failed', 'run-failed', 'step-retried', 'step-failing', 'limit-reached'])

/** The journal as it is: every fact of the run, in order. */
export function RunEvents({ onChoose }: { onChoose(path: string): void }) {
  const entries = useRunFeedValue((feed) => feed.entries) ?? []
  const feed = useRunFeed()
  useEffect(() => {
    // Of a long run they are read when somebody wants to see them.
    feed?.loadEntries().catch((error: unknown) => toast.error(errorMessageOf(error)))
  }, [feed])
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 20,
  })
  const start = entries[0]?.at ?? 0
  return (
    <div ref={scroller} className="h-full overflow-y-auto" tabIndex={0} role="region" aria-label="Events">
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const { seq, at, event } = entries[item.index]!
          const path = ('path' in event ? event.path : undefined) ?? null
          return (
            <div
              key={seq}
              className="absolute inset-x-0 flex items-center gap-3 px-3 text-xs hover:bg-surface-quiet"
              style={{ top: item.start, height: rowHeight }}
            >
              <span className="w-10 shrink-0 text-right text-text-faint tabular">{seq}</span>
              <span className="w-20 shrink-0 text-right text-text-quiet tabular" title={new Date(at).toLocaleString()}>
                {((at - start) / 1_000).toFixed(3)} s
              </span>
              {path ? (
                <button
                  type="button"
                  onClick={() => onChoose(path)}
                  className="w-40 shrink-0 truncate text-left font-mono hover:underline max-sm:w-24"
                  title={path}
                >
                  {path}
                </button>
              ) : (
                <span className="w-40 shrink-0 text-text-faint max-sm:w-24">Run</span>
              )}
              <span
                className={classNames('min-w-0 truncate', bad.has(event.type) && 'text-failed')}
                title={eventWords(event)}
              >
                {eventWords(event)}
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}
