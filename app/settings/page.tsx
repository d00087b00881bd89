import type { Metadata } from 'next'
import { Suspense } from 'react'
import { AppShell } from '#components/app-shell/app-shell.tsx'
import { Settings } from '#components/settings/settings.tsx'

export const metadata: Metadata = { title: 'Settings' }

export default function SettingsPage() {
  return (
    <AppShell>
      <Suspense>
        <Settings />
      </Suspense>
    </AppShell>
  )
}
