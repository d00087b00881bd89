'use client'
import { classNames } from '#components/ui/class-names.ts'
import { type PointerEvent, useRef } from 'react'

export interface ResizeHandleProps {
  /** `left`: the panel is to the right of the handle; `top`: below it. */
  edge: 'left' | 'top'
  label: string
  /** Pixels. */
  size: number
  min: number
  max: number
  onResize(size: number): void
}

/** The edge of a panel that can be dragged, or moved with the arrow keys. */
export function ResizeHandle({ edge, label, size, min, max, onResize }: ResizeHandleProps) {
  const start = useRef<{ at: number; size: number } | null>(null)
  const clamp = (value: number): number => Math.round(Math.min(Math.max(value, min), Math.max(min, max)))
  const at = (event: PointerEvent): number => (edge === 'left' ? event.clientX : event.clientY)
  const grow = edge === 'left' ? 'ArrowLeft' : 'ArrowUp'
  const shrink = edge === 'left' ? 'ArrowRight' : 'ArrowDown'
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={edge === 'left' ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      className={classNames(
        'absolute z-10 touch-none rounded-full transition-colors hover:bg-accent/40 active:bg-accent/60',
        edge === 'left'
          ? '-left-1 bottom-3 top-3 w-2 cursor-col-resize'
          : '-top-1 left-3 right-3 h-2 cursor-row-resize',
      )}
      onPointerDown={(event) => {
        start.current = { at: at(event), size }
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => {
        if (start.current) onResize(clamp(start.current.size + start.current.at - at(event)))
      }}
      onPointerUp={() => {
        start.current = null
      }}
      onKeyDown={(event) => {
        if (event.key !== grow && event.key !== shrink) return
        event.preventDefault()
        event.stopPropagation()
        onResize(clamp(size + (event.key === grow ? 24 : -24)))
      }}
    />
  )
}
