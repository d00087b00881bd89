import { classNames } from '#components/ui/class-names.ts'
import type { ComponentProps } from 'react'

/** A surface that floats over the canvas. */
export function Island({ className, ...rest }: ComponentProps<'div'>) {
  return <div className={classNames('absolute z-10 rounded-md border bg-surface shadow-float', className)} {...rest} />
}
