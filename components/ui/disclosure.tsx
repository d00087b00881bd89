'use client'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

export interface DisclosureProps {
  title: ReactNode
  open: boolean
  onOpenChange(open: boolean): void
  className?: string
  children: ReactNode
}

/** A part of a form that is folded away until it is wanted. */
export function Disclosure({ title, open, onOpenChange, className, children }: DisclosureProps) {
  return (
    <section className={className}>
      <button
        type="button"
        aria-expanded={open}
        className="-ml-0.5 flex items-center gap-1 rounded-sm text-xs font-medium text-text-quiet hover:text-text"
        onClick={() => onOpenChange(!open)}
      >
        <ChevronRight
          className={classNames('size-3.5 transition-transform duration-150', open && 'rotate-90')}
          aria-hidden
        />
        {title}
      </button>
      {open ? <div className="mt-3">{children}</div> : null}
    </section>
  )
}
