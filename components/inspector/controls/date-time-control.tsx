'use client'
import { Input } from '#components/ui/input.tsx'
import type { ControlProps } from '../control-props.ts'

/** A moment, picked in the time of this browser and stored as a moment everywhere (ISO, UTC). */
export function DateTimeControl({ ids, value, onChange, readOnly }: ControlProps) {
  const stored = typeof value === 'string' ? value : ''
  return (
    <Input
      {...ids}
      type="datetime-local"
      className="max-w-64 tabular"
      value={localOf(stored)}
      readOnly={readOnly}
      onChange={(event) => {
        const { value: local } = event.currentTarget
        onChange(local === '' ? undefined : new Date(local).toISOString())
      }}
    />
  )
}

/** `2026-11-23T08:00:00Z` as `2026-11-23T09:00` in the time zone of this browser; empty for what is no time. */
function localOf(text: string): string {
  const time = Date.parse(text)
  if (Number.isNaN(time)) return ''
  const moment = new Date(time)
  return new Date(time - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
