'use client'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { useState } from 'react'

/** Since when a question is open, and until when it can be answered. */
export function WaitTimes({ since, until }: { since: string; until: string | null }) {
  return (
    <>
      Asked <RelativeTime value={since} />
      {until === null ? null : (
        <>
          , open until <Deadline value={until} />
        </>
      )}
    </>
  )
}

/** A moment to come: the time of day today, the date otherwise. */
export function Deadline({ value }: { value: string | number }) {
  const moment = new Date(value)
  const [openedOn] = useState(() => new Date().toDateString())
  const today = moment.toDateString() === openedOn
  const text = today
    ? moment.toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit' })
    : moment.toLocaleString('en', { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' })
  return (
    <time dateTime={moment.toISOString()} title={moment.toLocaleString()} className="tabular" suppressHydrationWarning>
      {text}
    </time>
  )
}
