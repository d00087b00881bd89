'use client'
import { Icon } from '#components/ui/icon.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import type { Problem } from '#pipeline/problem.ts'
import { X } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { ProblemText } from '../problem-text.tsx'

export interface PolicyBlockProps {
  title: string
  icon: string
  problems: readonly Problem[]
  readOnly: boolean
  onRemove(): void
  children: ReactNode
}

/** One policy that is set: what it is called, its fields, what is wrong with it, and the way to be rid of it. */
export function PolicyBlock({ title, icon, problems, readOnly, onRemove, children }: PolicyBlockProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="rounded-md border bg-surface-quiet p-3">
      <header className="-mt-1 mb-2 flex min-h-6 items-center gap-2">
        <Icon name={icon} className="size-3.5 shrink-0 text-text-quiet" />
        <h3 id={id} className="flex-1 text-xs font-medium">
          {title}
        </h3>
        {readOnly ? null : (
          <IconButton label={`Remove: ${title}`} size="sm" className="-my-1 -mr-1.5 size-6" onClick={onRemove}>
            <X />
          </IconButton>
        )}
      </header>
      <div className="flex flex-col gap-3">{children}</div>
      {problems.map((problem) => (
        <p
          key={`${problem.field} ${problem.message}`}
          role={problem.severity === 'error' ? 'alert' : 'status'}
          className={problem.severity === 'error' ? 'mt-2 text-xs text-failed' : 'mt-2 text-xs text-stale'}
        >
          <ProblemText problem={problem} readOnly={readOnly} />
        </p>
      ))}
    </section>
  )
}
