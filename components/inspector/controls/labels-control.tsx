'use client'
import { Textarea } from '#components/ui/input.tsx'
import { useTypedText } from '#components/ui/use-typed-text.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { ControlProps } from '../control-props.ts'
import { ExpressionField } from '../expression-field.tsx'
import { textOfValue } from '../field-kind.ts'
import { AddButton } from './add-button.tsx'
import { RemoveButton } from './remove-button.tsx'

interface Label {
  label: string
  /** Undefined: stored as the bare text, without examples. */
  examples: string[] | undefined
}

const labelOf = (item: JsonValue): Label => {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return { label: textOfValue(item), examples: undefined }
  const examples = Array.isArray(item.examples) ? item.examples.map(textOfValue) : []
  return { label: textOfValue(item.label), examples }
}

const storedOf = ({ label, examples }: Label): JsonValue => (examples === undefined ? label : { label, examples })

/** Labels to choose from, each with texts that have it where the label's name alone does not say enough. */
export function LabelsControl({ ids, schema, value, onChange, readOnly, stepKey, field }: ControlProps) {
  const labels = (Array.isArray(value) ? value : []).map(labelOf)
  const store = (next: Label[]) => onChange(next.length === 0 ? undefined : next.map(storedOf))
  const change = (index: number, next: Label) => store(labels.map((other, at) => (at === index ? next : other)))
  return (
    <div id={ids.id} role="group" aria-describedby={ids['aria-describedby']} className="flex flex-col gap-1.5">
      {labels.map((label, index) => (
        <div key={`${labels.length}-${index}`} className="flex items-start gap-1">
          <div className="min-w-0 flex-1 space-y-1">
            <ExpressionField
              label={`Label ${index + 1}`}
              kind="template"
              stepKey={stepKey}
              field={`${field}[${index}]${label.examples === undefined ? '' : '.label'}`}
              value={label.label}
              readOnly={readOnly}
              placeholder={schema.placeholder}
              onChange={(text) => change(index, { ...label, label: text })}
            />
            {label.examples === undefined ? (
              readOnly ? null : (
                <button
                  type="button"
                  className="rounded-[4px] text-2xs text-text-quiet underline-offset-2 hover:text-text hover:underline"
                  onClick={() => change(index, { ...label, examples: [] })}
                >
                  Give examples
                </button>
              )
            ) : (
              <Examples
                name={label.label || `label ${index + 1}`}
                examples={label.examples}
                readOnly={readOnly}
                onChange={(examples) => change(index, { ...label, examples })}
              />
            )}
          </div>
          <RemoveButton
            label={`Remove label ${index + 1}`}
            readOnly={readOnly}
            onRemove={() => store(labels.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <AddButton title="Add a label" readOnly={readOnly} onAdd={() => onChange([...labels.map(storedOf), ''])} />
    </div>
  )
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

interface ExamplesProps {
  name: string
  examples: string[]
  readOnly: boolean
  onChange(examples: string[] | undefined): void
}

function Examples({ name, examples, readOnly, onChange }: ExamplesProps) {
  const {
    text,
    onChange: type,
    flush,
  } = useTypedText(
    examples.join('\n'),
    (next) => onChange(linesOf(next)),
    (typed, stored) => linesOf(typed).join('\n') === stored,
  )
  return (
    <Textarea
      aria-label={`Examples of ${name}, one a line`}
      rows={3}
      value={text}
      readOnly={readOnly}
      placeholder="Texts that have this label, one a line"
      className="min-h-0 text-xs"
      onChange={(event) => type(event.target.value)}
      onBlur={() => {
        flush()
        // A label whose examples were all removed is a plain one again.
        if (linesOf(text).length === 0) onChange(undefined)
      }}
    />
  )
}
