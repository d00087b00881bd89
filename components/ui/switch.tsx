'use client'
import { Switch as Radix } from 'radix-ui'

export interface SwitchProps {
  id?: string
  checked: boolean
  onCheckedChange(checked: boolean): void
  disabled?: boolean
  'aria-label'?: string
  'aria-describedby'?: string
}

/** On or off, at once. */
export function Switch(props: SwitchProps) {
  return (
    <Radix.Root
      {...props}
      className="inline-flex h-4.5 w-8 shrink-0 items-center rounded-full border border-line-strong bg-surface-strong p-px transition-colors duration-150 disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
    >
      <Radix.Thumb className="size-3.5 rounded-full bg-line-strong transition-transform duration-150 data-[state=checked]:translate-x-3.5 data-[state=checked]:bg-white" />
    </Radix.Root>
  )
}
