'use client'
import { DropdownMenu as Radix } from 'radix-ui'
import { Fragment, type ReactElement } from 'react'
import { classNames } from './class-names.ts'
import { Kbd } from './kbd.tsx'
import { type MenuGroups, menuClass } from './menu-class.ts'

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
          {groups
            .filter((group) => group.length > 0)
            .map((group, index) => (
              <Fragment key={group[0]?.id}>
                {index > 0 ? <Radix.Separator className={menuClass.separator} /> : null}
                {group.map((action) => (
                  <Radix.Item
                    key={action.id}
                    disabled={action.disabled}
                    onSelect={() => action.run()}
                    className={classNames(menuClass.item, action.danger && menuClass.danger)}
                  >
                    {action.icon}
                    <span className="flex-1 pr-4">{action.title}</span>
                    {action.keys ? <Kbd keys={action.keys} /> : null}
                  </Radix.Item>
                ))}
              </Fragment>
            ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
