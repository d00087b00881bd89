'use client'
import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

/** The looks of every text control, shared with editors that are not an input element. */
export const inputClass =
  'w-full rounded-sm border bg-surface px-2.5 text-sm text-text placeholder:text-text-faint transition-colors duration-150 hover:border-line-strong/60 focus-visible:border-accent focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-accent/40 disabled:opacity-50 aria-invalid:border-failed'

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={classNames(inputClass, 'h-8', className)} {...rest} />
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={classNames(inputClass, 'min-h-20 py-1.5', className)} {...rest} />
}
