'use client'
import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

export interface TabsProps {
  value: string
  onValueChange(value: string): void
  tabs: { value: string; title: ReactNode; content: ReactNode }[]
  /** At the right end of the tab row. */
  actions?: ReactNode
  className?: string
}

/** Tabs whose content fills the rest of the panel and scrolls by itself. */
export function Tabs({ value, onValueChange, tabs, actions, className }: TabsProps) {
  return (
    <Radix.Root
      value={value}
      onValueChange={onValueChange}
      className={classNames('flex min-h-0 flex-1 flex-col', className)}
    >
      <div className="flex items-center gap-1 border-b px-2">
        <Radix.List className="flex min-w-0 flex-1 gap-1 overflow-x-auto">
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.value}
              value={tab.value}
              className="-mb-px -outline-offset-2 inline-flex h-9 items-center gap-1.5 whitespace-nowrap border-b-2 border-transparent px-2 text-sm text-text-quiet hover:text-text data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text"
            >
              {tab.title}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {actions}
      </div>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className="min-h-0 flex-1 overflow-y-auto outline-none">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
