'use client'
import { Input } from '#components/ui/input.tsx'
import type { JsonValue } from '#pipeline/document.ts'
import { useState } from 'react'
import type { ControlProps } from '../control-props.ts'
import { ExpressionField } from '../expression-field.tsx'
import { textOfValue } from '../field-kind.ts'
import { AddButton } from './add-button.tsx'
import { RemoveButton } from './remove-button.tsx'

/** Names and values: headers, query parameters, tables by name. A name is stored when its field is left. */
export function KeyValueControl({ ids, schema, value, onChange, readOnly, stepKey, field }: ControlProps) {
  const record: Record<string, JsonValue> =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  const [draft, setDraft] = useState<string | null>(null)
  const entries = Object.entries(record)
  const store = (next: [string, JsonValue][]) => onChange(next.length === 0 ? undefined : Object.fromEntries(next))
  const rename = (from: string, input: HTMLInputElement) => {
    const name = input.value.trim()
    if (name === '' || name in record) {
      input.value = from
      return
    }
    store(entries.map(([key, entry]) => [key === from ? name : key, entry]))
  }
  return (
    <div id={ids.id} role="group" aria-describedby={ids['aria-describedby']} className="flex flex-col gap-1.5">
      {entries.map(([key, entry]) => (
        <div key={key} className="flex items-start gap-1">
          <Input
            aria-label="Name"
            defaultValue={key}
            readOnly={readOnly}
            className="w-2/5 shrink-0 font-mono text-xs"
            data-own-undo
            spellCheck={false}
            onBlur={(event) => event.target.value !== key && rename(key, event.target)}
            onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
          />
          <div className="min-w-0 flex-1">
            <ExpressionField
              label={`Value of ${key}`}
              kind="template"
              stepKey={stepKey}
              field={`${field}.${key}`}
              value={textOfValue(entry)}
              readOnly={readOnly}
              placeholder={schema.placeholder}
              onChange={(text) => store(entries.map(([name, other]) => [name, name === key ? text : other]))}
            />
          </div>
          <RemoveButton
            label={`Remove ${key}`}
            readOnly={readOnly}
            onRemove={() => store(entries.filter(([name]) => name !== key))}
          />
        </div>
      ))}
      {draft === null ? (
        <AddButton title="Add" readOnly={readOnly} onAdd={() => setDraft('')} />
      ) : (
        <Input
          aria-label="New name"
          autoFocus
          value={draft}
          placeholder="Name, then Enter"
          data-own-undo
          spellCheck={false}
          className="font-mono text-xs"
          onChange={(event) => setDraft(event.target.value)}
          onBlur={() => {
            const name = draft.trim()
            if (name !== '' && !(name in record)) store([...entries, [name, '']])
            setDraft(null)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur()
            if (event.key === 'Escape') setDraft(null)
          }}
        />
      )}
    </div>
  )
}
