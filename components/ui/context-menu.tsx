'use client'
import { ContextMenu as Radix } from 'radix-ui'
import { Fragment, type ReactElement } from 'react'
import { classNames } from './class-names.ts'
import { Kbd } from './kbd.tsx'
import { type MenuGroups, menuClass } from './menu-class.ts'

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
