'use client'
import { classNames } from '#components/ui/class-names.ts'
import { displayName, useEditorApi } from '#components/editor/editor.ts'
import { formatDuration, formatNumber } from '#components/ui/format.ts'
import { StatusIcon, statusLooks } from '#components/ui/status-icon.tsx'
import type { StepView } from '#pipeline/run-view.ts'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronRight } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { documentPathOf } from './document-path.ts'
import { useRunFeed, useRunFeedValue } from './run-context.tsx'
import { useNow } from './run-status-line.tsx'
import { WhyQueued } from './why-queued.tsx'
import { type MoreRow, type TimelineRow, timelineRows } from './timeline-rows.ts'

const rowHeight = 28

/** Widths of the columns, shared with the scale below the rows. */
const nameClass = 'w-60 shrink-0 max-sm:w-42'
const endClass = 'w-40 shrink-0 tabular max-sm:w-31'

const barColors: Partial<Record<string, string>> = {
  running: 'bg-running',
  retrying: 'bg-waiting',
  // Hours of waiting beside milliseconds of work: quieter than that.
  waiting: 'h-1! bg-waiting/60',
  paused: 'h-1! bg-waiting/60',
  succeeded: 'bg-succeeded',
  failed: 'bg-failed',
}

/** The waterfall: when each step ran and for how long, on one scale. */
export function RunTimeline({ chosen, onChoose }: { chosen: string | null; onChoose(path: string): void }) {
  const view = useRunFeedValue((feed) => feed.view)
  const state = useRunFeedValue((feed) => feed.state)
  const scroller = useRef<HTMLDivElement>(null)
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set())
  const feed = useRunFeed()
  const rows = useMemo(
    () => (view ? timelineRows(view, expanded, (path) => feed?.lacksItems(path) ?? false) : []),
    [view, expanded, feed],
  )
  const running = view !== null && view.startedAt !== null && view.finishedAt === null
  const now = useNow(running)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  if (!view) return null
  const start = view.startedAt ?? now
  const end = Math.max(view.finishedAt ?? now, start + 1)
  const toggle = (path: string) => {
    const next = new Set(expanded)
    if (!next.delete(path)) {
      next.add(path)
      void feed?.loadItems(path, 0)
    }
    setExpanded(next)
  }
  return (
    <div className="flex h-full flex-col">
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} role="region" aria-label="Timeline">
        {rows.length === 0 ? (
          <p className="px-4 py-3 text-sm text-text-quiet">
            {state === 'loading' || !feed ? 'Loading …' : <WhyQueued runId={feed.runId} />}
          </p>
        ) : null}
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index]!
            if (row.kind === 'more') {
              return (
                <More
                  key={`${row.path} more`}
                  row={row}
                  top={item.start}
                  onMore={() => feed?.loadItems(row.path, row.from)}
                />
              )
            }
            return (
              <Row
                key={row.path}
                row={row}
                top={item.start}
                start={start}
                end={end}
                now={now}
                chosen={row.path === chosen}
                onChoose={onChoose}
                onToggle={toggle}
              />
            )
          })}
        </div>
      </div>
      <div className="flex border-t py-1 text-2xs text-text-faint" aria-hidden>
        <span className={nameClass} />
        <div className="relative flex min-w-0 flex-1 justify-between tabular">
          <span>0</span>
          <span>{formatDuration((end - start) / 2)}</span>
          <span>{formatDuration(end - start)}</span>
        </div>
        <span className={endClass} />
      </div>
    </div>
  )
}

/** Reads the next items of a container whose journal is too long to have them all at once. */
function More({ row, top, onMore }: { row: MoreRow; top: number; onMore(): Promise<void> | undefined }) {
  const [busy, setBusy] = useState(false)
  return (
    <div
      className="absolute inset-x-0 flex items-center text-xs"
      style={{ top, height: rowHeight, paddingLeft: 26 + row.depth * 14 }}
    >
      <button
        type="button"
        disabled={busy}
        className="rounded-[4px] text-accent-text hover:underline disabled:text-text-quiet"
        onClick={() => {
          setBusy(true)
          void Promise.resolve(onMore()).finally(() => setBusy(false))
        }}
      >
        {busy ? 'Loading …' : `Show more of ${formatNumber(row.missing)} further items`}
      </button>
    </div>
  )
}

interface RowProps {
  row: TimelineRow
  top: number
  start: number
  end: number
  now: number
  chosen: boolean
  onChoose(path: string): void
  onToggle(path: string): void
}

function Row({ row, top, start, end, now, chosen, onChoose, onToggle }: RowProps) {
  const editor = useEditorApi()
  const { step } = row
  const documentPath = documentPathOf(row.path)
  const key = editor.keyOfPath(documentPath)
  const view = key === undefined ? undefined : editor.store.getState().steps[key]
  // A step of a called pipeline is not on this canvas.
  const id = documentPath.split('.').at(-1)!
  const name = displayName(view?.step ?? { id, type: '' }, editor.store.getState().manifests.get(view?.step.type ?? ''))
  const from = step.startedAt
  const to = step.finishedAt ?? now
  const share = (time: number) => ((time - start) / (end - start)) * 100
  const worked =
    from === null || step.finishedAt === null || step.durationMs === null
      ? from
      : Math.max(from, step.finishedAt - step.durationMs)
  const note = noteOf(step)
  const feed = useRunFeed()
  const choose = () => {
    if (key !== undefined) editor.actions.select([key])
    // The cards show the same item.
    if (row.item) feed?.choosePath(row.path)
    onChoose(row.path)
  }
  return (
    <div
      className={classNames(
        'group absolute inset-x-0 flex items-center text-xs cursor-pointer hover:bg-surface-quiet',
        chosen && 'bg-accent-soft hover:bg-accent-soft',
      )}
      style={{ top, height: rowHeight }}
    >
      <div
        className={classNames(nameClass, 'flex items-center gap-1 pr-2')}
        style={{ paddingLeft: 8 + row.depth * 14 }}
      >
        {row.expandable ? (
          <button
            type="button"
            aria-label={`${row.expanded ? 'Hide' : 'Show'} the items of ${name}`}
            aria-expanded={row.expanded}
            onClick={() => onToggle(row.path)}
            className="rounded-[4px] text-text-faint hover:bg-surface-strong"
          >
            <ChevronRight
              className={classNames('size-3.5 transition-transform', row.expanded && 'rotate-90')}
              aria-hidden
            />
          </button>
        ) : (
          <span className="w-3.5 shrink-0" />
        )}
        <button
          type="button"
          onClick={choose}
          className="flex min-w-0 flex-1 items-center gap-1.5 text-left"
          title={row.path}
        >
          <StatusIcon status={step.status} className="size-3.5" />
          <span className="truncate">
            {name}
            {row.item ? <span className="text-text-faint"> {row.item}</span> : null}
          </span>
        </button>
      </div>
      <div aria-hidden onPointerUp={choose} className="relative h-full min-w-0 flex-1">
        {from === null || worked === null ? null : (
          <>
            {/* From its start on, with waits between attempts; over it the time it really worked. */}
            <span
              className="absolute top-1/2 h-0.5 -translate-y-1/2 rounded-full bg-line-strong/50"
              style={{ left: `${share(from)}%`, width: `${share(to) - share(from)}%` }}
            />
            <span
              className={classNames(
                'absolute top-1/2 h-2 min-w-1 -translate-y-1/2 rounded-full',
                barColors[step.status] ?? 'bg-line-strong',
                step.cached && 'bg-cached',
              )}
              style={{ left: `${Math.min(share(worked), 99.5)}%`, width: `${share(to) - share(worked)}%` }}
            />
          </>
        )}
      </div>
      <span className={classNames(endClass, 'truncate pl-2 pr-3 text-right text-text-quiet')} title={note}>
        {note}
      </span>
    </div>
  )
}

/** How long it took, or what became of it, with attempts and items where there are several. */
function noteOf({ status, attempt, items, loop, durationMs, startedAt, finishedAt, ...step }: StepView): string {
  const duration = durationMs ?? (startedAt === null || finishedAt === null ? null : finishedAt - startedAt)
  const facts = [
    step.reused === 'pin' ? 'pinned' : step.reused === 'run' ? 'reused' : null,
    step.fallback ? 'fallback' : null,
    attempt > 1 ? `attempt ${attempt}` : null,
    loop ? `${formatNumber(loop.turns)} ${loop.turns === 1 ? 'turn' : 'turns'}` : null,
    items ? `${formatNumber(items.done)} / ${formatNumber(items.count)}` : null,
    items && items.failed > 0 ? `${formatNumber(items.failed)} failed` : null,
    startedAt === null || status === 'waiting' || status === 'paused'
      ? statusLooks[status].title
      : duration === null
        ? null
        : formatDuration(duration),
  ]
  return facts.filter((fact) => fact !== null).join(' · ')
}
