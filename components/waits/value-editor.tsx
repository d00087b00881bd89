'use client'
import { Field } from '#components/ui/field.tsx'
import { Input, Textarea } from '#components/ui/input.tsx'
import { Switch } from '#components/ui/switch.tsx'
import type { JsonValue } from '#pipeline/document.ts'
import { isScalar, wordsOf } from './wait-value.tsx'

/** A value as it is typed: texts by field, so that a half-written number is not lost. */
export type TypedValue =
  | { kind: 'fields'; fields: Record<string, string | boolean>; original: Record<string, JsonValue> }
  | { kind: 'text'; text: string }
  | { kind: 'json'; text: string }

/** Flat objects field by field, texts as text, everything else as JSON. */
export function typedValueOf(value: JsonValue): TypedValue {
  if (typeof value === 'string') return { kind: 'text', text: value }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isScalar)) {
    const fields = Object.entries(value).map(([name, field]) => [
      name,
      typeof field === 'boolean' ? field : field === null ? '' : String(field),
    ])
    return { kind: 'fields', fields: Object.fromEntries(fields), original: value as Record<string, JsonValue> }
  }
  return { kind: 'json', text: JSON.stringify(value, null, 2) }
}

/** The value that was typed, or sentences about what is wrong with it by field (`` for the whole). */
export function readTypedValue(typed: TypedValue): { value: JsonValue } | { errors: Record<string, string> } {
  if (typed.kind === 'text') return { value: typed.text }
  if (typed.kind === 'json') {
    try {
      return { value: JSON.parse(typed.text) as JsonValue }
    } catch (error) {
      return { errors: { '': `Not valid JSON: ${error instanceof Error ? error.message : 'unreadable'}` } }
    }
  }
  const errors: Record<string, string> = {}
  const value = Object.entries(typed.fields).map(([name, field]): [string, JsonValue] => {
    const before = typed.original[name]
    if (typeof before === 'number' && typeof field === 'string') {
      const number = Number(field)
      if (field.trim() === '' || !Number.isFinite(number)) errors[name] = `“${field}” is not a number`
      return [name, number]
    }
    return [name, before === null && field === '' ? null : field]
  })
  return Object.keys(errors).length > 0 ? { errors } : { value: Object.fromEntries(value) }
}

/** Changes a value before it is approved. */
export function ValueEditor({
  typed,
  errors,
  onChange,
}: {
  typed: TypedValue
  errors: Readonly<Record<string, string>>
  onChange(typed: TypedValue): void
}) {
  if (typed.kind !== 'fields') {
    return (
      <Field label={typed.kind === 'text' ? 'Text' : 'Value as JSON'} error={errors[''] ?? null}>
        {(ids) => (
          <Textarea
            {...ids}
            value={typed.text}
            rows={Math.min(16, Math.max(4, typed.text.split('\n').length))}
            spellCheck={typed.kind === 'text'}
            className={typed.kind === 'json' ? 'font-mono text-xs' : 'text-base'}
            onChange={(event) => onChange({ ...typed, text: event.target.value })}
          />
        )}
      </Field>
    )
  }
  const set = (name: string, field: string | boolean) =>
    onChange({ ...typed, fields: { ...typed.fields, [name]: field } })
  return (
    <div className="flex flex-col gap-3">
      {Object.entries(typed.fields).map(([name, field]) => (
        <Field key={name} label={wordsOf(name)} error={errors[name] ?? null}>
          {(ids) =>
            typeof field === 'boolean' ? (
              <Switch id={ids.id} checked={field} onCheckedChange={(checked) => set(name, checked)} />
            ) : field.length > 60 || field.includes('\n') ? (
              <Textarea
                {...ids}
                value={field}
                rows={4}
                onChange={(event) => set(name, event.target.value)}
                className="text-base"
              />
            ) : (
              <Input
                {...ids}
                value={field}
                inputMode={typeof typed.original[name] === 'number' ? 'decimal' : undefined}
                onChange={(event) => set(name, event.target.value)}
                className="h-10 text-base"
              />
            )
          }
        </Field>
      ))}
    </div>
  )
}
