'use client'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Field } from '#components/ui/field.tsx'
import { Select } from '#components/ui/select.tsx'
import type { PipelineConcurrency, RunLimits } from '#pipeline/document.ts'
import { DurationControl } from '../controls/duration-control.tsx'
import { ExpressionField } from '../expression-field.tsx'
import { NumberField } from './number-field.tsx'

interface RuleFieldsProps {
  readOnly: boolean
}

/** Without the members that are not set. */
const withoutUnset = <Value extends object>(value: Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Value

/** Wall time, steps and money one run may take. */
export function RunLimitFields({ readOnly }: RuleFieldsProps) {
  const editor = useEditorApi()
  const limits: RunLimits = useEditor((state) => state.policies.limits) ?? {}
  const change = (part: Partial<RunLimits>) =>
    editor.actions.setPipelinePolicy('limits', withoutUnset({ ...limits, ...part }))
  return (
    <>
      <Field label="Time" description="From its start, waits and pauses included.">
        {(ids) => (
          <DurationControl
            ids={ids}
            schema={{ placeholder: '1h' }}
            value={limits.time}
            readOnly={readOnly}
            stepKey=""
            field="limits.time"
            onChange={(value) => change({ time: typeof value === 'string' ? value : undefined })}
          />
        )}
      </Field>
      <NumberField
        label="Steps"
        description="Every attempt counts, also in maps and loops."
        value={limits.steps}
        min={1}
        whole
        readOnly={readOnly}
        placeholder="any"
        onChange={(steps) => change({ steps })}
      />
      <NumberField
        label="Cost in US dollars"
        description="Spent on models, as far as their prices are known."
        value={limits.cost}
        min={0}
        readOnly={readOnly}
        placeholder="any"
        onChange={(cost) => change({ cost })}
      />
    </>
  )
}

const whenFull = [
  { value: 'queue', title: 'It waits its turn' },
  { value: 'replace', title: 'The oldest is stopped' },
  { value: 'refuse', title: 'It does not start' },
]

/** How many runs may be active, counted together by what, and what becomes of one too many. */
export function ConcurrencyFields({ readOnly }: RuleFieldsProps) {
  const editor = useEditorApi()
  const concurrency: PipelineConcurrency = useEditor((state) => state.policies.concurrency) ?? { limit: 1 }
  const change = (part: Partial<PipelineConcurrency>) =>
    editor.actions.setPipelinePolicy('concurrency', withoutUnset({ ...concurrency, ...part }))
  return (
    <>
      <NumberField
        label="At most"
        value={concurrency.limit}
        min={1}
        whole
        readOnly={readOnly}
        onChange={(limit) => limit !== undefined && change({ limit })}
      />
      <Field
        label="Counted by"
        description={concurrency.key === undefined ? 'Empty: all runs of the pipeline together.' : undefined}
      >
        {(ids) => (
          <ExpressionField
            ids={ids}
            label="Counted by"
            kind="template"
            stepKey={null}
            field="concurrency.key"
            value={concurrency.key ?? ''}
            readOnly={readOnly}
            placeholder="{{ inputs.customer }}"
            onChange={(key) => change({ key: key === '' ? undefined : key })}
          />
        )}
      </Field>
      <Field label="One too many">
        {(ids) => (
          <Select
            {...ids}
            value={concurrency.when_full ?? 'queue'}
            disabled={readOnly}
            onValueChange={(next) =>
              change({ when_full: next === 'queue' ? undefined : (next as PipelineConcurrency['when_full']) })
            }
            options={whenFull}
          />
        )}
      </Field>
    </>
  )
}

/** Which runs go first where they wait for a worker. */
export function RunPriorityFields({ readOnly }: RuleFieldsProps) {
  const editor = useEditorApi()
  const priority = useEditor((state) => state.policies.priority)
  return (
    <NumberField
      label="Goes first"
      description="From -100 to 100; higher goes first where runs wait for a worker. 0 is usual."
      value={priority}
      min={-100}
      max={100}
      whole
      readOnly={readOnly}
      onChange={(value) => editor.actions.setPipelinePolicy('priority', value ?? 0)}
    />
  )
}
