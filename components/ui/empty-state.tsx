import type { ReactNode } from 'react'

/** Teaches with one line and one action. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center justify-center gap-2 px-6 py-12 text-center">
      {icon ? <div className="mb-1 text-text-faint [&_svg]:size-8 [&_svg]:stroke-[1.25]">{icon}</div> : null}
      <h2 className="text-base font-medium">{title}</h2>
      {children ? <p className="max-w-sm text-sm text-text-quiet">{children}</p> : null}
      {action ? <div className="mt-3">{action}</div> : null}
    </div>
  )
}
