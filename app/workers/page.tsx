import type { Metadata } from 'next'
import { Suspense } from 'react'
import { AppShell } from '#components/app-shell/app-shell.tsx'
import { Workers } from '#components/workers/workers.tsx'

export const metadata: Metadata = { title: 'Workers' }

export default function WorkersPage() {
  return (
    <AppShell>
      <Suspense>
        <Workers />
      </Suspense>
    </AppShell>
  )
}
