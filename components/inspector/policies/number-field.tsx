'use client'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { sameNumber, useTypedText } from '#components/ui/use-typed-text.ts'

export interface NumberFieldProps {
  label: string
  description?: string
  value: number | undefined
  min: number
  max?: number
  /** Digits after the point are dropped. */
  whole?: boolean
  readOnly: boolean
  placeholder?: string
  /** Undefined when the field was emptied; text that is no number in range is not handed on. */
  onChange(value: number | undefined): void
}

/** A labelled number within bounds. */
export function NumberField({
  label,
  description,
  value,
  min,
  max = Number.MAX_SAFE_INTEGER,
  whole,
  readOnly,
  placeholder,
  onChange,
}: NumberFieldProps) {
  const typed = useTypedText(
    value === undefined ? '' : String(value),
    (text) => {
      if (text.trim() === '') return onChange(undefined)
      const number = whole ? Math.trunc(Number(text)) : Number(text)
      if (number >= min) onChange(Math.min(number, max))
    },
    sameNumber,
  )
  return (
    <Field label={label} description={description}>
      {(ids) => (
        <Input
          {...ids}
          inputMode={whole ? 'numeric' : 'decimal'}
          className="max-w-24 tabular"
          value={typed.text}
          readOnly={readOnly}
          placeholder={placeholder}
          onChange={(event) => typed.onChange(event.target.value)}
          onBlur={typed.flush}
        />
      )}
    </Field>
  )
}
