'use client'
import type { ContextMenu, DropdownMenu } from 'radix-ui'
import { Fragment } from 'react'
import { classNames } from './class-names.ts'
import { Kbd } from './kbd.tsx'
import { type MenuGroups, menuClass } from './menu-class.ts'

interface MenuItemsProps {
  groups: MenuGroups
  /** The menu's own parts: a dropdown and a context menu draw the same items. */
  parts: Pick<typeof DropdownMenu, 'Item' | 'Separator'> | Pick<typeof ContextMenu, 'Item' | 'Separator'>
}

/** The actions of a menu, a line between the groups; empty groups leave no line. */
export function MenuItems({ groups, parts: { Item, Separator } }: MenuItemsProps) {
  return groups
    .filter((group) => group.length > 0)
    .map((group, index) => (
      <Fragment key={group[0]?.id}>
        {index > 0 ? <Separator className={menuClass.separator} /> : null}
        {group.map((action) => (
          <Item
            key={action.id}
            disabled={action.disabled}
            onSelect={() => action.run()}
            className={classNames(menuClass.item, action.danger && menuClass.danger)}
          >
            {action.icon}
            <span className="flex-1 pr-4">{action.title}</span>
            {action.keys ? <Kbd keys={action.keys} /> : null}
          </Item>
        ))}
      </Fragment>
    ))
}
