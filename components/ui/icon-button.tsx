'use client'
import type { ReactNode } from 'react'
import { Button, type ButtonProps } from './button.tsx'
import { classNames } from './class-names.ts'
import { Tooltip } from './tooltip.tsx'

const sizes = { sm: 'size-7', md: 'size-8', lg: 'size-10' } as const

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'asChild'> {
  /** Read aloud, and shown as the tooltip. */
  label: string
  keys?: string
  side?: 'top' | 'right' | 'bottom' | 'left'
  children: ReactNode
}

/** A square button with an icon; its label is never optional. */
export function IconButton({
  label,
  keys,
  side,
  size = 'md',
  variant = 'ghost',
  className,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip label={label} keys={keys} side={side}>
      <Button
        aria-label={label}
        size={size}
        variant={variant}
        className={classNames('px-0', sizes[size ?? 'md'], className)}
        {...rest}
      >
        {children}
      </Button>
    </Tooltip>
  )
}
