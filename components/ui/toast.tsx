'use client'
import { Toaster as Sonner, toast } from 'sonner'

/** Where toasts appear; once, at the root. */
export function Toaster() {
  return (
    <Sonner
      position="bottom-center"
      gap={8}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            'flex w-full items-center gap-3 rounded-md border bg-surface px-4 py-3 text-sm text-text shadow-float sm:w-96',
          title: 'font-medium',
          description: 'text-text-quiet',
          actionButton: 'ml-auto shrink-0 rounded-sm px-2 py-1 font-medium text-accent-text hover:bg-surface-strong',
          closeButton: 'text-text-quiet',
        },
      }}
    />
  )
}
export { toast }
