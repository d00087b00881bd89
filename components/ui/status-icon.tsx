import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  Clock,
  Database,
  History,
  Hourglass,
  LifeBuoy,
  Pin,
  Recycle,
  RotateCw,
  SkipForward,
} from 'lucide-react'
import { classNames } from './class-names.ts'
import { Spinner } from './spinner.tsx'

/** Every state has a shape of its own, so that it reads without colour. */
export const statusLooks = {
  idle: { title: 'Not run yet', color: 'text-text-faint', icon: CircleDashed },
  queued: { title: 'Queued', color: 'text-text-quiet', icon: Clock },
  running: { title: 'Running', color: 'text-running', icon: null },
  retrying: { title: 'Waiting to try again', color: 'text-waiting', icon: RotateCw },
  succeeded: { title: 'Succeeded', color: 'text-succeeded', icon: CircleCheck },
  failed: { title: 'Failed', color: 'text-failed', icon: CircleX },
  skipped: { title: 'Skipped', color: 'text-skipped', icon: SkipForward },
  cancelled: { title: 'Cancelled', color: 'text-skipped', icon: Ban },
  waiting: { title: 'Waiting', color: 'text-waiting', icon: Hourglass },
  paused: { title: 'Paused', color: 'text-waiting', icon: CirclePause },
  pinned: { title: 'Pinned', color: 'text-cached', icon: Pin },
  stale: { title: 'Out of date', color: 'text-stale', icon: History },
  cached: { title: 'From the cache', color: 'text-cached', icon: Database },
  reused: { title: 'From an earlier run', color: 'text-cached', icon: Recycle },
  fallback: { title: 'By its fallback step', color: 'text-waiting', icon: LifeBuoy },
} as const

export type StatusName = keyof typeof statusLooks

/** The glyph of a status with its name for screen readers. */
export function StatusIcon({ status, className }: { status: StatusName; className?: string }) {
  const look = statusLooks[status]
  const classes = classNames('size-4 shrink-0', look.color, className)
  if (!look.icon) return <Spinner className={classes} label={look.title} />
  const Icon = look.icon
  return <Icon className={classes} role="img" aria-label={look.title} />
}
