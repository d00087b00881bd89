'use client'
import { Check, ChevronDown } from 'lucide-react'
import { Select as Radix } from 'radix-ui'
import { classNames } from './class-names.ts'
import { inputClass } from './input.tsx'
import { menuClass } from './menu-class.ts'

export interface SelectOption {
  value: string
  title: string
  description?: string
}
export interface SelectProps {
  id?: string
  value: string
  onValueChange(value: string): void
  options: SelectOption[]
  placeholder?: string
  disabled?: boolean
  className?: string
  'aria-label'?: string
  'aria-describedby'?: string
  'aria-invalid'?: true
}

/** Choose one of a few. */
export function Select({ value, onValueChange, options, placeholder, disabled, className, ...rest }: SelectProps) {
  return (
    <Radix.Root value={value} onValueChange={onValueChange} disabled={disabled}>
      <Radix.Trigger
        {...rest}
        className={classNames(
          inputClass,
          'flex h-8 items-center justify-between gap-2 text-left data-[placeholder]:text-text-faint',
          className,
        )}
      >
        <span className="truncate">
          <Radix.Value placeholder={placeholder} />
        </span>
        <ChevronDown className="size-3.5 shrink-0 text-text-quiet" aria-hidden />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className={classNames(menuClass.content, 'max-h-80 min-w-(--radix-select-trigger-width)')}
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item key={option.value} value={option.value} className={classNames(menuClass.item, 'pr-8')}>
                <div>
                  <Radix.ItemText>{option.title}</Radix.ItemText>
                  {option.description ? <div className="text-xs text-text-quiet">{option.description}</div> : null}
                </div>
                <Radix.ItemIndicator className="absolute right-2">
                  <Check />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
