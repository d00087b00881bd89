'use client'
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { classNames } from './class-names.ts'

export interface DialogProps {
  open: boolean
  onOpenChange(open: boolean): void
  title: string
  description?: ReactNode
  /** Buttons, right-aligned; the primary one last. */
  footer?: ReactNode
  className?: string
  children?: ReactNode
}

/** A form starts in its first field, not on the button that closes it. */
function focusFirstField(event: Event): void {
  const fields = '[data-dialog-body] :is(input:not([hidden]), textarea, select, [role="combobox"], [role="switch"])'
  const first = (event.currentTarget as HTMLElement | null)?.querySelector<HTMLElement>(fields)
  if (!first) return
  event.preventDefault()
  first.focus()
}

/** A modal in the middle of the window; traps focus and gives it back. */
export function Dialog({ open, onOpenChange, title, description, footer, className, children }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/40 data-[state=open]:animate-in data-[state=open]:fade-in-0" />
        <Radix.Content
          onOpenAutoFocus={focusFirstField}
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={classNames(
            'fixed left-1/2 top-1/2 z-50 flex max-h-[min(85dvh,720px)] w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 -translate-y-1/2 flex-col rounded-lg border bg-surface shadow-float outline-none duration-150 data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:zoom-in-98',
            className,
          )}
        >
          <header className="flex items-start gap-3 px-5 pb-3 pt-4">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description ? (
                <Radix.Description className="mt-0.5 text-sm text-text-quiet">{description}</Radix.Description>
              ) : null}
            </div>
            <Radix.Close asChild>
              {/* No tooltip: open on the focused button, it would take the first Escape. */}
              <Button aria-label="Close" size="sm" variant="ghost" className="size-7 px-0 -mr-1.5">
                <X />
              </Button>
            </Radix.Close>
          </header>
          <div data-dialog-body className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">
            {children}
          </div>
          {footer ? <footer className="flex justify-end gap-2 border-t px-5 py-3">{footer}</footer> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
