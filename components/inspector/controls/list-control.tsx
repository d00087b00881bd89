'use client'
import type { JsonValue } from '#pipeline/document.ts'
import type { ControlProps } from '../control-props.ts'
import { ExpressionField } from '../expression-field.tsx'
import { textOfValue } from '../field-kind.ts'
import { AddButton } from './add-button.tsx'
import { RemoveButton } from './remove-button.tsx'

/** A list of short values, one row each; each may hold an expression. */
export function ListControl({ ids, schema, value, onChange, readOnly, stepKey, field }: ControlProps) {
  // Where one value may stand for a list of one, it is shown as that.
  const stored = value ?? schema.default ?? []
  const items: JsonValue[] = Array.isArray(stored) ? stored : [stored]
  const change = (next: JsonValue[]) => onChange(next.length === 0 ? undefined : next)
  return (
    <div id={ids.id} role="group" aria-describedby={ids['aria-describedby']} className="flex flex-col gap-1.5">
      {items.map((item, index) => (
        // Rows have no identity of their own; the position is what people see.
        <div key={`${items.length}-${index}`} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">
            <ExpressionField
              label={`Item ${index + 1}`}
              kind="template"
              stepKey={stepKey}
              field={`${field}[${index}]`}
              value={textOfValue(item)}
              readOnly={readOnly}
              placeholder={index === 0 ? schema.placeholder : undefined}
              onChange={(text) => change(items.map((other, at) => (at === index ? parseItem(text, item) : other)))}
            />
          </div>
          <RemoveButton
            label={`Remove item ${index + 1}`}
            readOnly={readOnly}
            onRemove={() => change(items.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <AddButton title="Add" readOnly={readOnly} onAdd={() => onChange([...items, ''])} />
    </div>
  )
}

/** An item that was not text stays JSON while it can be read as such. */
function parseItem(text: string, before: JsonValue): JsonValue {
  if (typeof before === 'string') return text
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}
