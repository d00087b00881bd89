'use client'
import { Input } from '#components/ui/input.tsx'
import { useTypedText } from '#components/ui/use-typed-text.ts'
import type { JsonSchema } from '#pipeline/manifest.ts'
import type { ControlProps } from '../control-props.ts'
import { textOfValue } from '../field-kind.ts'

/** A plain word or number that is read before any run, and so cannot be computed. */
export function FixedTextControl({ ids, schema, value, onChange, readOnly }: ControlProps) {
  const {
    text,
    onChange: type,
    flush,
  } = useTypedText(textOfValue(value), (next) => {
    const trimmed = next.trim()
    if (trimmed === '') onChange(undefined)
    else onChange(takesNumbers(schema) && /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed)
  })
  return (
    <Input
      {...ids}
      className="max-w-64"
      value={text}
      readOnly={readOnly}
      placeholder={schema.placeholder ?? textOfValue(schema.default)}
      onChange={(event) => type(event.target.value)}
      onBlur={flush}
    />
  )
}

const takesNumbers = (schema: JsonSchema): boolean =>
  [schema, ...(schema.anyOf ?? [])].some(({ type }) => type === 'integer' || type === 'number')
