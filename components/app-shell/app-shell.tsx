'use client'
import { useLiveState } from '#components/api/api.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { Logo } from '#components/ui/logo.tsx'
import { ThemeToggle } from '#components/ui/theme-toggle.tsx'
import { InboxCount } from '#components/waits/waits.ts'
import { History, Inbox, Server, Settings, Workflow } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'

const places = [
  { href: '/', title: 'Pipelines', icon: Workflow },
  { href: '/runs', title: 'Runs', icon: History },
  { href: '/inbox', title: 'Inbox', icon: Inbox },
  { href: '/workers', title: 'Workers', icon: Server },
  { href: '/settings', title: 'Settings', icon: Settings },
] as const

/** The frame of every page but the studio: where you are, and where else you can go. */
export function AppShell({ children }: { children: ReactNode }) {
  const pathname = usePathname()
  const live = useLiveState()
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:left-4 focus:top-3 focus:z-50 focus:rounded-sm focus:bg-surface focus:px-3 focus:py-1"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-30 border-b bg-surface/95 backdrop-blur">
        <div className="mx-auto flex h-12 max-w-6xl items-center gap-1 px-3 sm:gap-2 sm:px-6">
          <Link
            href="/"
            className="mr-1 flex items-center gap-2 rounded-sm font-semibold sm:mr-4"
            aria-label="Orchestrator, home"
          >
            <Logo className="size-6" />
            <span className="hidden sm:inline">Orchestrator</span>
          </Link>
          <nav aria-label="Main" className="flex items-center gap-0.5">
            {places.map(({ href, title, icon: Icon }) => {
              const here = href === '/' ? pathname === '/' : pathname.startsWith(href)
              return (
                <Link
                  key={href}
                  href={href}
                  aria-current={here ? 'page' : undefined}
                  className={classNames(
                    'flex h-8 items-center gap-1.5 rounded-sm px-2.5 text-sm text-text-quiet transition-colors hover:bg-surface-strong hover:text-text',
                    here && 'bg-surface-strong font-medium text-text',
                  )}
                >
                  <Icon className="size-4" aria-hidden />
                  <span className="max-sm:sr-only">{title}</span>
                  {href === '/inbox' ? <InboxCount /> : null}
                </Link>
              )
            })}
          </nav>
          <div className="ml-auto flex items-center gap-2">
            {live === 'connecting' ? (
              <span role="status" className="hidden text-xs text-text-quiet sm:inline">
                Connecting …
              </span>
            ) : null}
            <ThemeToggle />
          </div>
        </div>
      </header>
      <main id="content" className="mx-auto w-full max-w-6xl flex-1 px-3 py-6 sm:px-6">
        {children}
      </main>
    </div>
  )
}
