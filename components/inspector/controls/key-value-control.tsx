'use client'
import { Button } from '#components/ui/button.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Input } from '#components/ui/input.tsx'
import type { JsonValue } from '#pipeline/document.ts'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import type { ControlProps } from '../control-props.ts'
import { ExpressionField } from '../expression-field.tsx'

/** Names and values: headers, query parameters, tables by name. A name is stored when its field is left. */
export function KeyValueControl({ ids, schema, value, onChange, readOnly, stepKey, field }: ControlProps) {
  const record: Record<string, JsonValue> =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  const [draft, setDraft] = useState<string | null>(null)
  const entries = Object.entries(record)
  const store = (next: [string, JsonValue][]) => onChange(next.length === 0 ? undefined : Object.fromEntries(next))
  const rename = (from: string, to: string) => {
    const name = to.trim()
    if (name === '' || name === from || name in record) return
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
            onBlur={(event) => rename(key, event.target.value)}
            onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
          />
          <div className="min-w-0 flex-1">
            <ExpressionField
              label={`Value of ${key}`}
              kind="template"
              stepKey={stepKey}
              field={`${field}.${key}`}
              value={typeof entry === 'string' ? entry : JSON.stringify(entry)}
              readOnly={readOnly}
              onChange={(text) => store(entries.map(([name, other]) => [name, name === key ? text : other]))}
            />
          </div>
          <IconButton
            label={`Remove ${key}`}
            size="sm"
            className="mt-0.5"
            disabled={readOnly}
            onClick={() => store(entries.filter(([name]) => name !== key))}
          >
            <X />
          </IconButton>
        </div>
      ))}
      {draft === null ? (
        <div>
          <Button size="sm" variant="ghost" className="-ml-2" disabled={readOnly} onClick={() => setDraft('')}>
            <Plus /> Add
          </Button>
        </div>
      ) : (
        <Input
          aria-label="New name"
          autoFocus
          value={draft}
          placeholder={schema.placeholder ?? 'Name, then Enter'}
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
