'use client'
import { Button } from '#components/ui/button.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Input } from '#components/ui/input.tsx'
import type { JsonValue } from '#pipeline/document.ts'
import type { JsonSchema } from '#pipeline/manifest.ts'
import { Plus, X } from 'lucide-react'
import type { ControlProps } from '../control-props.ts'
import { ExpressionField } from '../expression-field.tsx'
import { titleOf } from '../field-kind.ts'
import { useDebouncedText } from '../use-debounced-text.ts'

type Case = Record<string, JsonValue>

/** A list of small objects (the cases of a switch, the measures of an aggregate), drawn from the schema of one. */
export function CasesControl({ ids, schema, value, onChange, readOnly, stepKey, field }: ControlProps) {
  const cases = (Array.isArray(value) ? value : []).map((item) =>
    typeof item === 'object' && item !== null && !Array.isArray(item) ? item : {},
  ) as Case[]
  const parts = Object.entries(schema.items?.properties ?? {})
  const change = (index: number, name: string, text: string) =>
    onChange(cases.map((other, at) => (at === index ? { ...other, [name]: text } : other)))
  return (
    <div id={ids.id} role="group" aria-describedby={ids['aria-describedby']} className="flex flex-col gap-2">
      {cases.map((item, index) => (
        <div key={`${cases.length}-${index}`} className="flex flex-col gap-1.5 rounded-sm border bg-surface-quiet p-2">
          <div className="flex items-center justify-between">
            <span className="text-xs text-text-quiet tabular">{index + 1}</span>
            <IconButton
              label={`Remove ${index + 1}`}
              size="sm"
              disabled={readOnly}
              onClick={() => onChange(cases.filter((_, at) => at !== index))}
            >
              <X />
            </IconButton>
          </div>
          {parts.map(([name, part]) => (
            <CasePart
              key={name}
              name={name}
              schema={part}
              index={index}
              value={item[name]}
              readOnly={readOnly}
              stepKey={stepKey}
              field={`${field}[${index}].${name}`}
              onChange={(text) => change(index, name, text)}
            />
          ))}
        </div>
      ))}
      <div>
        <Button
          size="sm"
          variant="ghost"
          className="-ml-2"
          disabled={readOnly}
          onClick={() => onChange([...cases, Object.fromEntries(parts.map(([name]) => [name, '']))])}
        >
          <Plus /> Add
        </Button>
      </div>
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
  onChange(text: string): void
}

function CasePart({ name, schema, index, value, readOnly, stepKey, field, onChange }: CasePartProps) {
  const text = value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const plain = useDebouncedText(text, onChange)
  const label = `${titleOf(name, schema)} ${index + 1}`
  if (schema.control === 'text') {
    return (
      <Input
        aria-label={label}
        value={plain.text}
        readOnly={readOnly}
        placeholder={schema.placeholder ?? titleOf(name, schema)}
        onChange={(event) => plain.onChange(event.target.value)}
        onBlur={plain.flush}
      />
    )
  }
  return (
    <ExpressionField
      label={label}
      kind={schema.control === 'condition' ? 'condition' : 'expression'}
      stepKey={stepKey}
      field={field}
      value={text}
      readOnly={readOnly}
      placeholder={schema.placeholder ?? titleOf(name, schema)}
      onChange={onChange}
    />
  )
}
