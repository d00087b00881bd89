'use client'
import { ContextMenu as Radix } from 'radix-ui'
import type { ReactElement } from 'react'
import { type MenuGroups, menuClass } from './menu-class.ts'
import { MenuItems } from './menu-items.tsx'

export interface ContextMenuProps {
  /** Asked when the menu opens, so that it fits what is under the pointer. */
  groups: MenuGroups
  onOpenChange?(open: boolean): void
  children: ReactElement
}

/** The same menu as a dropdown, on right click, long press or the menu key. */
export function ContextMenu({ groups, onOpenChange, children }: ContextMenuProps) {
  return (
    <Radix.Root onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content collisionPadding={8} className={menuClass.content}>
          <MenuItems groups={groups} parts={Radix} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
