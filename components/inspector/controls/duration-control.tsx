'use client'
import { Input } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import { durationPattern } from '#pipeline/document.ts'
import type { ControlProps } from '../control-props.ts'
import { sameNumber, useTypedText } from '#components/ui/use-typed-text.ts'

const units = [
  { value: 'ms', title: 'milliseconds' },
  { value: 's', title: 'seconds' },
  { value: 'm', title: 'minutes' },
  { value: 'h', title: 'hours' },
  { value: 'd', title: 'days' },
]

/** A number and its unit, stored as `20s`. */
export function DurationControl({ ids, schema, value, onChange, readOnly }: ControlProps) {
  const stored = typeof value === 'string' ? value : ''
  const match = durationPattern.exec(stored)
  const fallback = durationPattern.exec(
    typeof schema.default === 'string' ? schema.default : (schema.placeholder ?? ''),
  )
  const unit = match?.[2] ?? fallback?.[2] ?? 's'
  const {
    text,
    onChange: type,
    flush,
  } = useTypedText(
    match?.[1] ?? stored,
    (next) => {
      const trimmed = next.trim()
      if (trimmed === '') onChange(undefined)
      // A person may as well type "5m" into the number's field.
      else onChange(durationPattern.test(trimmed) ? trimmed : `${trimmed}${unit}`)
    },
    sameNumber,
  )
  return (
    <div className="flex max-w-64 gap-2">
      <Input
        {...ids}
        inputMode="decimal"
        className="w-20 tabular"
        value={text}
        readOnly={readOnly}
        placeholder={fallback?.[1]}
        onChange={(event) => type(event.target.value)}
        onBlur={flush}
      />
      <Select
        aria-label="Unit"
        value={unit}
        disabled={readOnly}
        onValueChange={(next) => match?.[1] && onChange(`${match[1]}${next}`)}
        options={units}
      />
    </div>
  )
}
