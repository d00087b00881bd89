'use client'
import { Field } from '#components/ui/field.tsx'
import { Input, Textarea } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import { Switch } from '#components/ui/switch.tsx'
import type { FormField } from '#pipeline/wait-details.ts'
import { optionText, type TypedForm } from './form-values.ts'
import { wordsOf } from './wait-value.tsx'

/** The fields of a form step, each with the control of its type. */
export function FormFields({
  fields,
  typed,
  errors,
  onChange,
}: {
  fields: readonly FormField[]
  typed: TypedForm
  errors: Readonly<Record<string, string>>
  onChange(typed: TypedForm): void
}) {
  return (
    <div className="flex flex-col gap-4">
      {fields.map((field) => (
        <Field
          key={field.name}
          label={field.label ?? wordsOf(field.name)}
          required={field.required !== false && field.type !== 'boolean'}
          description={field.help}
          error={errors[field.name] ?? null}
        >
          {(ids) => (
            <FieldControl
              ids={ids}
              field={field}
              value={typed[field.name] ?? ''}
              onChange={(value) => onChange({ ...typed, [field.name]: value })}
            />
          )}
        </Field>
      ))}
    </div>
  )
}

interface FieldControlProps {
  ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }
  field: FormField
  value: string | boolean
  onChange(value: string | boolean): void
}

/** Large enough for a finger, and 16 pixels of text: phones zoom into smaller fields. */
const touch = 'h-11 text-lg sm:h-9 sm:text-sm'

function FieldControl({ ids, field, value, onChange }: FieldControlProps) {
  if (field.type === 'boolean') {
    const { 'aria-invalid': _invalid, ...rest } = ids
    return (
      <span className="flex h-9 items-center">
        <Switch {...rest} checked={value === true} onCheckedChange={onChange} />
      </span>
    )
  }
  const text = String(value)
  if (field.type === 'choice') {
    const options = (field.options ?? []).map((option) => ({ value: optionText(option), title: optionText(option) }))
    return (
      <Select {...ids} value={text} onValueChange={onChange} options={options} placeholder="Choose" className={touch} />
    )
  }
  if (field.type === 'long-text') {
    return (
      <Textarea
        {...ids}
        value={text}
        rows={4}
        onChange={(event) => onChange(event.target.value)}
        className="text-lg sm:text-sm"
      />
    )
  }
  return (
    <Input
      {...ids}
      type={field.type === 'date' ? 'date' : 'text'}
      inputMode={field.type === 'number' ? 'decimal' : undefined}
      value={text}
      onChange={(event) => onChange(event.target.value)}
      className={touch}
    />
  )
}
