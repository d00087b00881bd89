'use client'
import type { JsonValue } from '#pipeline/document.ts'
import { useState } from 'react'
import { CodeField } from '../code-field.tsx'
import type { ControlProps } from '../control-props.ts'

/** Any JSON; text that cannot be read yet is kept in the field and not stored. */
export function JsonControl({ ids, schema, value, onChange, readOnly, field }: ControlProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const stored = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  return (
    <>
      <CodeField
        ids={ids}
        label={schema.title ?? field}
        language="json"
        value={stored}
        readOnly={readOnly}
        placeholder={schema.placeholder}
        onChange={(text) => {
          if (text.trim() === '') {
            setProblem(null)
            onChange(undefined)
            return
          }
          try {
            onChange(JSON.parse(text) as JsonValue)
            setProblem(null)
          } catch (error) {
            // A lone expression is a fine value for a JSON field; anything else has to be JSON first.
            if (/^\s*\{\{[\s\S]*\}\}\s*$/.test(text)) {
              onChange(text)
              setProblem(null)
            } else setProblem(error instanceof Error ? error.message : 'This is not JSON')
          }
        }}
      />
      {problem ? (
        <p role="status" className="mt-1 text-xs text-failed">
          Not stored yet: {problem}
        </p>
      ) : null}
    </>
  )
}
