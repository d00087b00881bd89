'use client'
import { useEffect, useState } from 'react'
import { formatRelativeTime } from './format.ts'

/** A time in words that stays true while it is on screen; the exact one on hover. */
export function RelativeTime({ value, className }: { value: string | number | Date; className?: string }) {
  const time = new Date(value).getTime()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return (
    <time
      className={className}
      dateTime={new Date(time).toISOString()}
      title={new Date(time).toLocaleString()}
      suppressHydrationWarning
    >
      {formatRelativeTime(time, now)}
    </time>
  )
}
