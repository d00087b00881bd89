'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import { sameNumber, useTypedText } from '#components/ui/use-typed-text.ts'
import { ratePattern, type StepLimit } from '#pipeline/document.ts'
import { ExpressionField } from '../expression-field.tsx'
import { NumberField } from './number-field.tsx'
import type { PolicyFieldsProps } from './policy-fields-props.ts'

const units = [
  { value: 's', title: 'a second' },
  { value: 'm', title: 'a minute' },
  { value: 'h', title: 'an hour' },
  { value: 'd', title: 'a day' },
]

const wholeNumber = (text: string): number | undefined => {
  const number = Math.trunc(Number(text))
  return text.trim() !== '' && number >= 1 ? number : undefined
}

/** How many steps with one key may be at work at once, and how many may begin in a span of time. */
export function LimitFields({ stepKey, step, readOnly }: PolicyFieldsProps) {
  const editor = useEditorApi()
  const limit: StepLimit = step.limit ?? { key: '' }
  const change = (part: Partial<StepLimit>) => {
    const next = Object.entries({ ...limit, ...part }).filter(([, value]) => value !== undefined)
    editor.actions.setPolicy(stepKey, 'limit', Object.fromEntries(next) as StepLimit)
  }
  const rate = ratePattern.exec(limit.rate ?? '')
  const unit = rate?.[2] ?? 'm'
  const starts = useTypedText(
    rate?.[1] ?? '',
    (text) => {
      const count = wholeNumber(text)
      change({ rate: count === undefined ? undefined : `${count}/${unit}` })
    },
    sameNumber,
  )
  return (
    <>
      <Field label="Shared by steps with the key" description="In all runs of the workspace, on every worker.">
        {(ids) => (
          <ExpressionField
            ids={ids}
            label="Shared by steps with the key"
            kind="template"
            stepKey={stepKey}
            field="limit.key"
            value={limit.key}
            readOnly={readOnly}
            placeholder="openai"
            onChange={(text) => change({ key: text })}
          />
        )}
      </Field>
      <NumberField
        label="At once"
        value={limit.concurrency}
        min={1}
        whole
        readOnly={readOnly}
        placeholder="any"
        onChange={(concurrency) => change({ concurrency })}
      />
      <Field label="Starts">
        {(ids) => (
          <div className="flex gap-2">
            <Input
              {...ids}
              inputMode="numeric"
              className="w-20 tabular"
              value={starts.text}
              readOnly={readOnly}
              placeholder="any"
              onChange={(event) => starts.onChange(event.target.value)}
              onBlur={starts.flush}
            />
            <Select
              aria-label="In what time"
              className="w-auto"
              value={unit}
              disabled={readOnly || !rate}
              onValueChange={(next) => rate && change({ rate: `${rate[1]}/${next}` })}
              options={units}
            />
          </div>
        )}
      </Field>
    </>
  )
}
