import type { Metadata } from 'next'
import { Suspense } from 'react'
import { AppShell } from '#components/app-shell/app-shell.tsx'
import { RunList } from '#components/run-list/run-list.tsx'

export const metadata: Metadata = { title: 'Runs' }

export default function RunsPage() {
  return (
    <AppShell>
      <Suspense>
        <RunList />
      </Suspense>
    </AppShell>
  )
}
