'use client'
import type { ControlProps } from '../control-props.ts'
import { optionsOf } from '../field-kind.ts'

/** Several of a few named values, each switched on and off. */
export function OptionsControl({ ids, schema, value, onChange, readOnly }: ControlProps) {
  const options = optionsOf(schema.items ?? {})
  const chosen = Array.isArray(value) ? value.map(String) : []
  const toggle = (option: string) => {
    const next = options.filter((other) => (other === option) !== chosen.includes(other))
    onChange(next.length === 0 ? undefined : next)
  }
  return (
    <div id={ids.id} role="group" aria-describedby={ids['aria-describedby']} className="flex flex-wrap gap-1.5">
      {options.map((option) => (
        <button
          key={option}
          type="button"
          aria-pressed={chosen.includes(option)}
          disabled={readOnly}
          onClick={() => toggle(option)}
          className="rounded-full border px-2.5 py-0.5 text-xs text-text-quiet hover:border-line-strong aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-text disabled:cursor-default"
        >
          {option}
        </button>
      ))}
    </div>
  )
}
