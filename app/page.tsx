import type { Metadata } from 'next'
import { AppShell } from '#components/app-shell/app-shell.tsx'
import { Home } from '#components/home/home.tsx'

export const metadata: Metadata = { title: 'Pipelines' }

export default function HomePage() {
  return (
    <AppShell>
      <Home />
    </AppShell>
  )
}
