import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'
import { classNames } from './class-names.ts'

const badgeClass = cva(
  'inline-flex h-5 items-center gap-1 rounded-full px-2 text-2xs font-medium tabular [&_svg]:size-3',
  {
    variants: {
      tone: {
        neutral: 'bg-surface-strong text-text-quiet',
        accent: 'bg-accent-soft text-accent-text',
        running: 'bg-running-soft text-running',
        succeeded: 'bg-succeeded-soft text-succeeded',
        failed: 'bg-failed-soft text-failed',
        waiting: 'bg-waiting-soft text-waiting',
      },
    },
    defaultVariants: { tone: 'neutral' },
  },
)

export function Badge({ tone, className, ...rest }: ComponentProps<'span'> & VariantProps<typeof badgeClass>) {
  return <span className={classNames(badgeClass({ tone }), className)} {...rest} />
}
