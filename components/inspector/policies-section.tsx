'use client'
import { useEditor, useEditorApi, useStepView } from '#components/editor/editor.ts'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import { Switch } from '#components/ui/switch.tsx'
import type { ErrorPolicy, RetryPolicy } from '#pipeline/document.ts'
import type { Problem } from '#pipeline/problem.ts'
import { Disclosure } from '#components/ui/disclosure.tsx'
import { useState } from 'react'
import { DurationControl } from './controls/duration-control.tsx'
import { useTypedText } from '#components/ui/use-typed-text.ts'

const errorChoices = [
  { value: 'fail', title: 'Stop the run', description: 'In a map only its item fails.' },
  { value: 'continue', title: 'Go on', description: 'Its value says what went wrong.' },
  { value: 'port', title: 'Go another way', description: 'The step gets an error port to draw from.' },
]
const noProblems: readonly Problem[] = []

/** What happens when the step fails or takes too long, in plain words. */
export function PoliciesSection({ stepKey }: { stepKey: string }) {
  const editor = useEditorApi()
  const view = useStepView(stepKey)
  const readOnly = useEditor((state) => state.readOnly)
  const problems = useEditor((state) => (view ? state.problemsByPath[view.path] : undefined) ?? noProblems)
  const [open, setOpen] = useState(() =>
    Boolean(view?.step.retry ?? view?.step.timeout ?? view?.step.on_error ?? view?.step.disabled),
  )
  if (!view) return null
  const { retry, timeout, on_error: onError, disabled } = view.step
  const { setPolicy } = editor.actions
  const problemOf = (field: string) =>
    problems.find((problem) => problem.field === field || problem.field?.startsWith(`${field}.`))?.message
  return (
    <Disclosure title="When it fails or takes long" open={open} onOpenChange={setOpen} className="border-t pt-3">
      <div className="flex flex-col gap-4">
        <Field label="When it fails" error={problemOf('on_error')}>
          {(ids) => (
            <Select
              {...ids}
              value={onError ?? 'fail'}
              disabled={readOnly}
              onValueChange={(value) =>
                setPolicy(stepKey, 'on_error', value === 'fail' ? undefined : (value as ErrorPolicy))
              }
              options={errorChoices}
            />
          )}
        </Field>
        <RetryFields
          retry={retry}
          readOnly={readOnly}
          error={problemOf('retry')}
          onChange={(next) => setPolicy(stepKey, 'retry', next)}
        />
        <Field label="Give up after" description="Empty: it may take as long as it needs." error={problemOf('timeout')}>
          {(ids) => (
            <DurationControl
              ids={ids}
              schema={{ placeholder: '30s' }}
              value={timeout}
              readOnly={readOnly}
              stepKey={stepKey}
              field="timeout"
              onChange={(value) => setPolicy(stepKey, 'timeout', typeof value === 'string' ? value : undefined)}
            />
          )}
        </Field>
        <div className="flex items-center justify-between">
          <label htmlFor={`${stepKey}-disabled`} className="text-xs font-medium">
            Skip this step
            <span className="block font-normal text-text-quiet">
              Its value is empty, and the run goes on behind it.
            </span>
          </label>
          <Switch
            id={`${stepKey}-disabled`}
            checked={disabled === true}
            disabled={readOnly}
            onCheckedChange={(checked) => setPolicy(stepKey, 'disabled', checked || undefined)}
          />
        </div>
      </div>
    </Disclosure>
  )
}

interface RetryFieldsProps {
  retry: RetryPolicy | undefined
  readOnly: boolean
  error: string | undefined
  onChange(retry: RetryPolicy | undefined): void
}

function RetryFields({ retry, readOnly, error, onChange }: RetryFieldsProps) {
  const attempts = useTypedText(retry ? String(retry.attempts) : '', (text) => {
    const number = Math.min(Math.trunc(Number(text)), 100)
    if (!(number >= 2)) onChange(undefined)
    else onChange({ backoff: 'exponential', delay: '1s', ...retry, attempts: number })
  })
  return (
    <>
      <Field label="Attempts in total" description={retry ? undefined : 'Empty: one attempt, no second.'} error={error}>
        {(ids) => (
          <Input
            {...ids}
            inputMode="numeric"
            className="max-w-20 tabular"
            value={attempts.text}
            placeholder="1"
            readOnly={readOnly}
            onChange={(event) => attempts.onChange(event.target.value)}
            onBlur={attempts.flush}
          />
        )}
      </Field>
      {retry ? (
        <Field label="Wait between attempts">
          {(ids) => (
            <div className="flex flex-wrap gap-2">
              <DurationControl
                ids={ids}
                schema={{ placeholder: '1s' }}
                value={retry.delay}
                readOnly={readOnly}
                stepKey=""
                field="retry.delay"
                onChange={(value) => onChange({ ...retry, delay: typeof value === 'string' ? value : '1s' })}
              />
              <Select
                aria-label="How the wait grows"
                className="w-auto"
                value={retry.backoff ?? 'exponential'}
                disabled={readOnly}
                onValueChange={(value) => onChange({ ...retry, backoff: value as RetryPolicy['backoff'] })}
                options={[
                  { value: 'exponential', title: 'doubling each time' },
                  { value: 'fixed', title: 'always the same' },
                ]}
              />
            </div>
          )}
        </Field>
      ) : null}
    </>
  )
}
