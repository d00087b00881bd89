/** The looks shared by dropdown and context menus. */
export const menuClass = {
  content:
    'z-50 min-w-44 overflow-hidden rounded-md border bg-surface p-1 text-sm text-text shadow-float duration-150 data-[state=open]:animate-in data-[state=open]:fade-in-0',
  item: 'flex cursor-default select-none items-center gap-2 rounded-sm px-2 py-1 outline-none data-[disabled]:opacity-45 data-[highlighted]:bg-surface-strong [&_svg]:size-4 [&_svg]:text-text-quiet',
  danger: 'text-failed [&_svg]:text-failed',
  separator: '-mx-1 my-1 h-px bg-line',
  label: 'px-2 py-1 text-xs text-text-quiet',
} as const

export interface MenuAction {
  id: string
  title: string
  icon?: React.ReactNode
  keys?: string
  danger?: boolean
  disabled?: boolean
  run(): void
}
/** Groups are drawn with a line between them. */
export type MenuGroups = MenuAction[][]
