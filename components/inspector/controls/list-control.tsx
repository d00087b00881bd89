'use client'
import { Button } from '#components/ui/button.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Plus, X } from 'lucide-react'
import type { JsonValue } from '#pipeline/document.ts'
import type { ControlProps } from '../control-props.ts'
import { ExpressionField } from '../expression-field.tsx'

/** A list of short values, one row each; each may hold an expression. */
export function ListControl({ ids, schema, value, onChange, readOnly, stepKey, field }: ControlProps) {
  const items = Array.isArray(value) ? value : []
  const change = (next: JsonValue[]) => onChange(next.length === 0 ? undefined : next)
  const labels = schema.control === 'labels'
  return (
    <div id={ids.id} role="group" aria-describedby={ids['aria-describedby']} className="flex flex-col gap-1.5">
      {items.map((item, index) => (
        // Rows have no identity of their own; the position is what people see.
        <div key={`${items.length}-${index}`} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">
            <ExpressionField
              label={`${labels ? 'Label' : 'Item'} ${index + 1}`}
              kind="template"
              stepKey={stepKey}
              field={`${field}[${index}]`}
              value={textOf(item)}
              readOnly={readOnly}
              placeholder={index === 0 ? schema.placeholder : undefined}
              onChange={(text) => change(items.map((other, at) => (at === index ? parseItem(text, item) : other)))}
            />
          </div>
          <IconButton
            label={`Remove item ${index + 1}`}
            size="sm"
            className="mt-0.5"
            disabled={readOnly}
            onClick={() => change(items.filter((_, at) => at !== index))}
          >
            <X />
          </IconButton>
        </div>
      ))}
      <div>
        <Button
          size="sm"
          variant="ghost"
          className="-ml-2"
          disabled={readOnly}
          onClick={() => onChange([...items, ''])}
        >
          <Plus /> {labels ? 'Add a label' : 'Add'}
        </Button>
      </div>
    </div>
  )
}

const textOf = (item: JsonValue): string => (typeof item === 'string' ? item : JSON.stringify(item))

/** An item that was not text (a label with examples, say) stays JSON while it can be read as such. */
function parseItem(text: string, before: JsonValue): JsonValue {
  if (typeof before === 'string') return text
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}
