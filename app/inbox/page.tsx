import type { Metadata } from 'next'
import { Suspense } from 'react'
import { AppShell } from '#components/app-shell/app-shell.tsx'
import { Inbox } from '#components/waits/waits.ts'

export const metadata: Metadata = { title: 'Inbox' }

export default function InboxPage() {
  return (
    <AppShell>
      <Suspense>
        <Inbox />
      </Suspense>
    </AppShell>
  )
}
