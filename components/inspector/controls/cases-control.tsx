'use client'
import { Input } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import { Switch } from '#components/ui/switch.tsx'
import { useTypedText } from '#components/ui/use-typed-text.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { JsonSchema } from '#pipeline/manifest.ts'
import type { ControlProps } from '../control-props.ts'
import { ExpressionField } from '../expression-field.tsx'
import { controlOf, optionsOf, sentenceOf, textOfValue, titleOf } from '../field-kind.ts'
import { AddButton } from './add-button.tsx'
import { RemoveButton } from './remove-button.tsx'

type Case = Record<string, JsonValue>

/** A list of small objects (the cases of a switch, the measures of an aggregate), drawn from the schema of one. */
export function CasesControl({ ids, schema, value, onChange, readOnly, stepKey, field }: ControlProps) {
  const stored = value ?? schema.default
  const cases = (Array.isArray(stored) ? stored : []).map((item) =>
    typeof item === 'object' && item !== null && !Array.isArray(item) ? item : {},
  ) as Case[]
  const parts = Object.entries(schema.items?.properties ?? {})
  const required = schema.items?.required ?? []
  const change = (index: number, name: string, next: JsonValue | undefined) =>
    onChange(
      cases.map((other, at) => {
        if (at !== index) return other
        const { [name]: _before, ...rest } = other
        // What may be left out is left out, not stored empty.
        if (required.includes(name)) return { ...other, [name]: next ?? '' }
        return next === '' || next === undefined ? rest : { ...other, [name]: next }
      }),
    )
  const fresh = (): Case =>
    Object.fromEntries(
      parts.filter(([name]) => required.includes(name)).map(([name, part]) => [name, optionsOf(part)[0] ?? '']),
    )
  return (
    <div id={ids.id} role="group" aria-describedby={ids['aria-describedby']} className="flex flex-col gap-2">
      {cases.map((item, index) => (
        <div key={`${cases.length}-${index}`} className="flex items-start gap-1 rounded-sm border bg-surface-quiet p-2">
          <div className="flex min-w-0 flex-1 flex-col gap-1.5">
            {parts.map(([name, part]) => (
              <div key={name} className="grid grid-cols-[4.5rem_minmax(0,1fr)] items-start gap-2">
                <span className="pt-1.5 text-xs text-text-quiet" title={part.description} aria-hidden>
                  {titleOf(name, part)}
                </span>
                <CasePart
                  name={name}
                  schema={part}
                  index={index}
                  value={item[name]}
                  readOnly={readOnly}
                  stepKey={stepKey}
                  field={`${field}[${index}].${name}`}
                  onChange={(next) => change(index, name, next)}
                />
              </div>
            ))}
          </div>
          <RemoveButton
            label={`Remove ${index + 1}`}
            readOnly={readOnly}
            onRemove={() => onChange(cases.length === 1 ? undefined : cases.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <AddButton title="Add" readOnly={readOnly} onAdd={() => onChange([...cases, fresh()])} />
    </div>
  )
}

interface CasePartProps {
  name: string
  schema: JsonSchema
  index: number
  value: JsonValue | undefined
  readOnly: boolean
  stepKey: string
  field: string
  onChange(value: JsonValue | undefined): void
}

/** `red, green` as `['red', 'green']`. */
const listIn = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)

function CasePart({ name, schema, index, value, readOnly, stepKey, field, onChange }: CasePartProps) {
  const label = `${titleOf(name, schema)} ${index + 1}`
  const control = controlOf(schema)
  if (control === 'select') {
    return (
      <Select
        aria-label={label}
        value={textOfValue(value ?? schema.default)}
        disabled={readOnly}
        onValueChange={onChange}
        options={optionsOf(schema).map((option) => ({ value: option, title: sentenceOf(option) }))}
      />
    )
  }
  if (control === 'toggle') {
    return (
      <span className="flex h-8 items-center">
        <Switch
          aria-label={label}
          checked={(value ?? schema.default ?? false) === true}
          disabled={readOnly}
          onCheckedChange={(checked) => onChange(checked === (schema.default ?? false) ? undefined : checked)}
        />
      </span>
    )
  }
  if (control === 'list')
    return <WordsPart label={label} schema={schema} value={value} readOnly={readOnly} onChange={onChange} />
  return (
    <ExpressionField
      label={label}
      kind={control === 'condition' ? 'condition' : control === 'text' ? 'template' : 'expression'}
      stepKey={stepKey}
      field={field}
      value={textOfValue(value)}
      readOnly={readOnly}
      placeholder={schema.placeholder}
      onChange={onChange}
    />
  )
}

/** A few words with commas between them: the options of a choice. */
function WordsPart({
  label,
  schema,
  value,
  readOnly,
  onChange,
}: Pick<CasePartProps, 'schema' | 'value' | 'readOnly' | 'onChange'> & { label: string }) {
  const typed = useTypedText(
    (Array.isArray(value) ? value : []).map(textOfValue).join(', '),
    (text) => onChange(listIn(text).length === 0 ? undefined : listIn(text)),
    (text, stored) => listIn(text).join(', ') === stored,
  )
  return (
    <Input
      aria-label={label}
      value={typed.text}
      readOnly={readOnly}
      placeholder={schema.placeholder ?? 'Separated by commas'}
      onChange={(event) => typed.onChange(event.target.value)}
      onBlur={typed.flush}
    />
  )
}
