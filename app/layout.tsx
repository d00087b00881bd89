import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { ApiProvider } from '#components/api/api.tsx'
import { TooltipProvider } from '#components/ui/tooltip.tsx'
import { Toaster } from '#components/ui/toast.tsx'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Orchestrator', template: '%s · Orchestrator' },
  description: 'Draw an AI pipeline, see each step work, and run it durably.',
}

/** Each page carries the nonce of its request, which a page rendered at build time cannot have. */
export const dynamic = 'force-dynamic'

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f7f9' },
    { media: '(prefers-color-scheme: dark)', color: '#15171b' },
  ],
}

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* A plain blocking script: the theme must be known before the first paint. */}
        <script src="/theme.js" />
      </head>
      <body>
        <TooltipProvider>
          <ApiProvider>{children}</ApiProvider>
          <Toaster />
        </TooltipProvider>
      </body>
    </html>
  )
}
