'use client'
import { useLive } from '#components/api/api.tsx'
import { useState } from 'react'

/** How many questions wait for a person, while any do. */
export function InboxCount() {
  const [open, setOpen] = useState(0)
  useLive({ kind: 'waits' }, (message) => {
    if (message.topic === 'waits') setOpen(message.open)
  })
  if (open === 0) return null
  return (
    <span
      className="min-w-4.5 rounded-full bg-waiting-soft px-1 text-center text-2xs font-semibold leading-4.5 text-waiting tabular"
      aria-label={`${open} open`}
    >
      {open > 99 ? '99+' : open}
    </span>
  )
}
