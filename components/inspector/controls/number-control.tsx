'use client'
import { Input } from '#components/ui/input.tsx'
import { sameNumber, useTypedText } from '#components/ui/use-typed-text.ts'
import type { ControlProps } from '../control-props.ts'
import { textOfValue } from '../field-kind.ts'

/** A number; text that is not one is kept as typed, and validation says what is wrong with it. */
export function NumberControl({ ids, schema, value, onChange, readOnly }: ControlProps) {
  const {
    text,
    onChange: type,
    flush,
  } = useTypedText(
    textOfValue(value),
    (next) => {
      const trimmed = next.trim()
      const number = Number(trimmed)
      onChange(trimmed === '' ? undefined : Number.isFinite(number) ? number : trimmed)
    },
    sameNumber,
  )
  return (
    <Input
      {...ids}
      inputMode="decimal"
      className="max-w-40 tabular"
      value={text}
      readOnly={readOnly}
      placeholder={schema.placeholder ?? textOfValue(schema.default)}
      onChange={(event) => type(event.target.value)}
      onBlur={flush}
    />
  )
}
