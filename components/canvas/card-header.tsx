import type { StepRunInfo } from '#components/editor/editor.ts'
import { formatDuration } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icon.tsx'
import { StatusIcon } from '#components/ui/status-icon.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import type { StepStatus } from '#pipeline/events.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import type { Problem } from '#pipeline/problem.ts'
import { CircleOff, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import { RunBadges } from './run-badges.tsx'

/** Icon tile, name, status and duration: 36 pixels high. */
export function CardHeader({
  name,
  type,
  manifest,
  run,
  stale,
  disabled,
  pinned,
}: {
  name: string
  type: string
  manifest: StepManifest | undefined
  run: StepRunInfo | undefined
  /** The step was edited since that run. */
  stale: boolean
  disabled: boolean
  /** Runs of the draft use a stored output instead of carrying it out. */
  pinned: boolean
}) {
  return (
    <header className="flex h-9 items-center gap-2 pl-2 pr-3">
      <span className="icon-tile" data-category={manifest?.category}>
        <Icon name={manifest?.icon ?? 'circle-help'} className="size-3.5" />
      </span>
      <span className="min-w-0 flex-1 truncate text-sm font-medium" title={manifest ? `${name} (${type})` : type}>
        {name}
      </span>
      {disabled ? (
        <span className="flex items-center gap-1 text-2xs text-text-quiet">
          <CircleOff className="size-3.5" aria-hidden />
          Off
        </span>
      ) : null}
      <RunBadges run={run} pinned={pinned} />
      {run ? <RunGlyph run={run} stale={stale} /> : null}
    </header>
  )
}

function RunGlyph({ run, stale }: { run: StepRunInfo; stale: boolean }) {
  const over = run.status === 'succeeded' || run.status === 'failed' || run.status === 'skipped'
  const status = stale && over ? 'stale' : run.status
  return (
    <span className="flex shrink-0 items-center gap-1 text-2xs text-text-quiet tabular">
      {run.items ? (
        <span>{run.items.total === 1 ? '1 item' : `${run.items.total} items`}</span>
      ) : run.attempt !== undefined && run.attempt > 1 ? (
        <span title={`Attempt ${run.attempt}`}>×{run.attempt}</span>
      ) : null}
      {run.durationMs !== undefined ? (
        <span>{formatDuration(run.durationMs)}</span>
      ) : run.status === 'running' && run.startedAt !== undefined ? (
        <Elapsed since={run.startedAt} />
      ) : null}
      <StatusIcon status={status} className="size-4" />
    </span>
  )
}

/** Counts while a step runs; nothing for the first second, so that quick steps do not flicker. */
function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return now - since < 1_000 ? null : <span>{formatDuration(Math.floor((now - since) / 1_000) * 1_000)}</span>
}

/** How many problems the step has, and the first of them on hover. */
export function ProblemBadge({ problems }: { problems: readonly Problem[] | undefined }) {
  if (!problems || problems.length === 0) return null
  const error = problems.some((problem) => problem.severity === 'error')
  const label = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}: ${problems[0]!.message}`
  return (
    <Tooltip label={label}>
      <span className="problem-badge" data-severity={error ? 'error' : 'warning'} role="img" aria-label={label}>
        <TriangleAlert className="size-3" aria-hidden />
        {problems.length > 1 ? problems.length : null}
      </span>
    </Tooltip>
  )
}

/** What is left of a card when it is far away: icon, name and status, large. */
export function FarLabel({
  name,
  manifest,
  status,
}: {
  name: string
  manifest: StepManifest | undefined
  status: StepStatus
}) {
  return (
    <div className="far-label" aria-hidden>
      <Icon name={manifest?.icon ?? 'circle-help'} className="size-8 shrink-0" />
      <span className="line-clamp-2 min-w-0 flex-1">{name}</span>
      {status === 'idle' ? null : <StatusIcon status={status} className="size-8 shrink-0" />}
    </div>
  )
}
