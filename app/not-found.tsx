import { FileQuestion } from 'lucide-react'
import type { Metadata } from 'next'
import Link from 'next/link'
import { AppShell } from '#components/app-shell/app-shell.tsx'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <AppShell>
      <EmptyState
        icon={<FileQuestion />}
        title="There is no page at this address"
        action={
          <Button asChild variant="primary">
            <Link href="/">All pipelines</Link>
          </Button>
        }
      >
        The link may be wrong or out of date.
      </EmptyState>
    </AppShell>
  )
}
