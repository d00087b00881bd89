'use client'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { useTypedText } from '#components/ui/use-typed-text.ts'

/** What people mostly mean; anything else is typed. */
const usual = [
  { value: '429', title: 'Too many requests' },
  { value: '5xx', title: 'Server problems' },
  { value: 'step-timeout', title: 'Timeouts' },
  { value: 'request-failed', title: 'Failed requests' },
  { value: 'model-failed', title: 'Model errors' },
]

const partsOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean)

interface RetryErrorsProps {
  on: readonly string[]
  readOnly: boolean
  onChange(on: string[]): void
}

/** Which errors are worth another attempt; none chosen means those that say so themselves. */
export function RetryErrors({ on, readOnly, onChange }: RetryErrorsProps) {
  const others = on.filter((entry) => !usual.some(({ value }) => value === entry))
  const chosen = on.filter((entry) => !others.includes(entry))
  const typed = useTypedText(
    others.join(', '),
    (text) => onChange([...chosen, ...partsOf(text)]),
    (text, stored) => partsOf(text).join(', ') === stored,
  )
  const toggle = (value: string) =>
    onChange(on.includes(value) ? on.filter((entry) => entry !== value) : [...chosen, value, ...others])
  return (
    <Field
      label="Only after these errors"
      description={on.length === 0 ? 'None chosen: after any error that may pass by itself.' : undefined}
    >
      {(ids) => (
        <div role="group" aria-describedby={ids['aria-describedby']} className="flex flex-col gap-1.5">
          <div className="flex flex-wrap gap-1.5">
            {usual.map(({ value, title }) => (
              <button
                key={value}
                type="button"
                aria-pressed={on.includes(value)}
                disabled={readOnly}
                onClick={() => toggle(value)}
                className="rounded-full border px-2.5 py-0.5 text-xs text-text-quiet hover:border-line-strong disabled:cursor-default aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
              >
                {title}
              </button>
            ))}
          </div>
          <Input
            id={ids.id}
            aria-label="Other statuses or error codes"
            className="font-mono text-xs"
            spellCheck={false}
            value={typed.text}
            readOnly={readOnly}
            placeholder="Others, such as 404 or 40x"
            onChange={(event) => typed.onChange(event.target.value)}
            onBlur={typed.flush}
          />
        </div>
      )}
    </Field>
  )
}
