'use client'
import { Select } from '#components/ui/select.tsx'
import { Switch } from '#components/ui/switch.tsx'
import type { ControlProps } from '../control-props.ts'
import { optionsOf, sentenceOf } from '../field-kind.ts'

/** On or off. */
export function ToggleControl({ ids, schema, value, onChange, readOnly }: ControlProps) {
  const { 'aria-invalid': _invalid, ...rest } = ids
  return (
    <Switch
      {...rest}
      checked={(value ?? schema.default ?? false) === true}
      disabled={readOnly}
      onCheckedChange={(checked) => onChange(checked === schema.default ? undefined : checked)}
    />
  )
}

/** One of a few named values. */
export function SelectControl({ ids, schema, value, onChange, readOnly }: ControlProps) {
  const options = optionsOf(schema).map((option) => ({
    value: option,
    title: option === '' ? 'None' : sentenceOf(option),
  }))
  const shown = value ?? schema.default
  return (
    <Select
      {...ids}
      value={typeof shown === 'string' ? shown : ''}
      disabled={readOnly}
      placeholder={schema.placeholder ?? 'Choose'}
      onValueChange={(next) => onChange(next === schema.default ? undefined : next)}
      options={options}
    />
  )
}
