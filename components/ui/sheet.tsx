'use client'
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { classNames } from './class-names.ts'

const sides = {
  bottom: 'inset-x-0 bottom-0 max-h-[85dvh] rounded-t-lg border-t data-[state=open]:slide-in-from-bottom',
  left: 'inset-y-0 left-0 w-80 max-w-[90vw] border-r data-[state=open]:slide-in-from-left',
  right: 'inset-y-0 right-0 w-96 max-w-[95vw] border-l data-[state=open]:slide-in-from-right',
} as const

export interface SheetProps {
  open: boolean
  onOpenChange(open: boolean): void
  title: string
  side?: keyof typeof sides
  className?: string
  children: ReactNode
}

/** A panel from an edge of the window: what floating panels become on a narrow screen. */
export function Sheet({ open, onOpenChange, title, side = 'bottom', className, children }: SheetProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/30 data-[state=open]:animate-in data-[state=open]:fade-in-0" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            // Into the panel, so that the keyboard is in it without a button being marked.
            event.preventDefault()
            ;(event.currentTarget as HTMLElement | null)?.focus()
          }}
          className={classNames(
            'fixed z-50 flex flex-col overflow-hidden bg-surface shadow-float outline-none duration-150 data-[state=open]:animate-in',
            sides[side],
            className,
          )}
        >
          <header className="flex items-center justify-between border-b py-1.5 pl-4 pr-2">
            <Radix.Title className="text-sm font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              {/* No tooltip: open on the focused button, it would take the first Escape. */}
              <Button aria-label="Close" size="sm" variant="ghost" className="size-7 px-0">
                <X />
              </Button>
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
