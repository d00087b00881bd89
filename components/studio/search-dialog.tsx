'use client'
import { Command } from 'cmdk'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

/** A search box over a list in the middle of the window. Items are `SearchItem`s in `Command.Group`s. */
export function SearchDialog({
  title,
  placeholder,
  onClose,
  children,
}: {
  title: string
  placeholder: string
  onClose(): void
  children: ReactNode
}) {
  return (
    <Radix.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/30" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed left-1/2 top-[15dvh] z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border bg-surface shadow-float outline-none"
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          <Command label={title} loop filter={fits}>
            <Command.Input
              autoFocus
              placeholder={placeholder}
              className="w-full border-b bg-transparent px-4 py-3 text-base outline-none placeholder:text-text-faint"
            />
            <Command.List className="max-h-[50dvh] overflow-y-auto p-1.5 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pb-0.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-text-quiet">
              <Command.Empty className="py-8 text-center text-sm text-text-quiet">
                Nothing fits. Try another word.
              </Command.Empty>
              {children}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** One line of a SearchDialog. */
export function SearchItem({
  value,
  keywords,
  disabled,
  onSelect,
  children,
}: {
  value: string
  keywords?: string[]
  disabled?: boolean
  onSelect(): void
  children: ReactNode
}) {
  return (
    <Command.Item
      value={value}
      keywords={keywords}
      disabled={disabled}
      onSelect={onSelect}
      className="flex cursor-default items-center gap-2 rounded-sm px-2 py-1.5 text-sm data-[disabled=true]:opacity-45 data-[selected=true]:bg-surface-strong"
    >
      {children}
    </Command.Item>
  )
}

/** Every word typed must begin a word of the entry; entries that begin with the text come first. */
function fits(value: string, search: string, keywords: string[] = []): number {
  const text = `${value} ${keywords.join(' ')}`.toLowerCase()
  const typed = search.toLowerCase().trim()
  const words = typed.split(/\s+/)
  if (!words.every((word) => text.startsWith(word) || text.includes(` ${word}`) || text.includes(`.${word}`))) {
    return words.every((word) => text.includes(word)) ? 0.2 : 0
  }
  return value.toLowerCase().startsWith(typed) ? 1 : 0.6
}
