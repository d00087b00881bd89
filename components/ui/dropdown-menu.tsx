'use client'
import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactElement } from 'react'
import { type MenuGroups, menuClass } from './menu-class.ts'
import { MenuItems } from './menu-items.tsx'

export interface DropdownMenuProps {
  trigger: ReactElement
  groups: MenuGroups
  align?: 'start' | 'center' | 'end'
  side?: 'top' | 'right' | 'bottom' | 'left'
}

/** A menu of actions under a button. */
export function DropdownMenu({ trigger, groups, align = 'end', side = 'bottom' }: DropdownMenuProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content align={align} side={side} sideOffset={4} collisionPadding={8} className={menuClass.content}>
          <MenuItems groups={groups} parts={Radix} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
