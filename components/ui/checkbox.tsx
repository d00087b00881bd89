'use client'
import { Check, Minus } from 'lucide-react'
import { Checkbox as Radix } from 'radix-ui'

export interface CheckboxProps {
  id?: string
  checked: boolean | 'indeterminate'
  onCheckedChange(checked: boolean): void
  disabled?: boolean
  'aria-label'?: string
}

export function Checkbox({ onCheckedChange, checked, ...rest }: CheckboxProps) {
  return (
    <Radix.Root
      {...rest}
      checked={checked}
      onCheckedChange={(next) => onCheckedChange(next === true)}
      className="inline-flex size-4 shrink-0 items-center justify-center rounded-[4px] border border-line-strong bg-surface disabled:opacity-50 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent"
    >
      <Radix.Indicator className="text-on-accent">
        {checked === 'indeterminate' ? <Minus className="size-3" /> : <Check className="size-3" />}
      </Radix.Indicator>
    </Radix.Root>
  )
}
