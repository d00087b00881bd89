'use client'
import { Input, Textarea } from '#components/ui/input.tsx'
import type { ControlProps } from '../control-props.ts'
import { useDebouncedText } from '../use-debounced-text.ts'

const asText = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** One line of plain text; empty removes the setting. */
export function TextControl({ ids, schema, value, onChange, readOnly }: ControlProps) {
  const {
    text,
    onChange: type,
    flush,
  } = useDebouncedText(asText(value), (next) => onChange(next === '' ? undefined : next))
  return (
    <Input
      {...ids}
      value={text}
      readOnly={readOnly}
      placeholder={schema.placeholder ?? (schema.default === undefined ? undefined : asText(schema.default))}
      onChange={(event) => type(event.target.value)}
      onBlur={flush}
    />
  )
}

/** Several lines of plain text. */
export function MultilineControl({ ids, schema, value, onChange, readOnly }: ControlProps) {
  const {
    text,
    onChange: type,
    flush,
  } = useDebouncedText(asText(value), (next) => onChange(next === '' ? undefined : next))
  return (
    <Textarea
      {...ids}
      value={text}
      rows={4}
      readOnly={readOnly}
      placeholder={schema.placeholder}
      onChange={(event) => type(event.target.value)}
      onBlur={flush}
    />
  )
}

/** A number; text that is not one is kept as typed, and validation says what is wrong with it. */
export function NumberControl({ ids, schema, value, onChange, readOnly }: ControlProps) {
  const {
    text,
    onChange: type,
    flush,
  } = useDebouncedText(asText(value), (next) => {
    const trimmed = next.trim()
    const number = Number(trimmed)
    onChange(trimmed === '' ? undefined : Number.isFinite(number) ? number : trimmed)
  })
  return (
    <Input
      {...ids}
      inputMode="decimal"
      className="max-w-40 tabular"
      value={text}
      readOnly={readOnly}
      placeholder={schema.placeholder ?? (schema.default === undefined ? undefined : asText(schema.default))}
      onChange={(event) => type(event.target.value)}
      onBlur={flush}
    />
  )
}
