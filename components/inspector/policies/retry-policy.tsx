'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import { Field } from '#components/ui/field.tsx'
import { Select } from '#components/ui/select.tsx'
import { Switch } from '#components/ui/switch.tsx'
import type { RetryPolicy } from '#pipeline/document.ts'
import { useId } from 'react'
import { DurationControl } from '../controls/duration-control.tsx'
import { NumberField } from './number-field.tsx'
import type { PolicyFieldsProps } from './policy-fields-props.ts'
import { RetryErrors } from './retry-errors.tsx'

/** How often, how long apart, and after which errors a step is tried again. */
export function RetryFields({ stepKey, step, readOnly }: PolicyFieldsProps) {
  const editor = useEditorApi()
  const jitterId = useId()
  const retry: RetryPolicy = step.retry ?? { attempts: 1 }
  const change = (part: Partial<RetryPolicy>) => {
    const next = Object.entries({ ...retry, ...part }).filter(([, value]) => value !== undefined)
    editor.actions.setPolicy(stepKey, 'retry', Object.fromEntries(next) as RetryPolicy)
  }
  return (
    <>
      <NumberField
        label="Attempts in total"
        value={retry.attempts}
        min={1}
        max={100}
        whole
        readOnly={readOnly}
        onChange={(attempts) => attempts !== undefined && change({ attempts })}
      />
      <Field label="Wait between attempts">
        {(ids) => (
          <div className="flex flex-wrap gap-2">
            <DurationControl
              ids={ids}
              schema={{ placeholder: '1s' }}
              value={retry.delay}
              readOnly={readOnly}
              stepKey={stepKey}
              field="retry.delay"
              onChange={(value) => change({ delay: typeof value === 'string' ? value : undefined })}
            />
            <Select
              aria-label="How the wait grows"
              className="w-auto"
              value={retry.backoff ?? 'exponential'}
              disabled={readOnly}
              onValueChange={(value) => change({ backoff: value === 'fixed' ? 'fixed' : undefined })}
              options={[
                { value: 'exponential', title: 'doubling each time' },
                { value: 'fixed', title: 'always the same' },
              ]}
            />
          </div>
        )}
      </Field>
      <div className="flex items-center justify-between gap-3">
        <label htmlFor={jitterId} className="text-xs font-medium">
          Vary the wait
          <span className="block font-normal text-text-quiet">Many steps do not come back at once.</span>
        </label>
        <Switch
          id={jitterId}
          checked={retry.jitter !== false}
          disabled={readOnly}
          onCheckedChange={(checked) => change({ jitter: checked ? undefined : false })}
        />
      </div>
      <RetryErrors
        on={(retry.on ?? []).map(String)}
        readOnly={readOnly}
        onChange={(on) => change({ on: on.length === 0 ? undefined : on })}
      />
    </>
  )
}
