'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import { Field } from '#components/ui/field.tsx'
import { DurationControl } from '../controls/duration-control.tsx'
import type { PolicyFieldsProps } from './policy-fields-props.ts'

/** How long one attempt may take. */
export function TimeoutFields({ stepKey, step, readOnly }: PolicyFieldsProps) {
  const editor = useEditorApi()
  return (
    <Field label="Give up after" description="Each attempt has this long; waiting for a place does not count.">
      {(ids) => (
        <DurationControl
          ids={ids}
          schema={{ placeholder: '30s' }}
          value={step.timeout}
          readOnly={readOnly}
          stepKey={stepKey}
          field="timeout"
          onChange={(value) =>
            editor.actions.setPolicy(stepKey, 'timeout', typeof value === 'string' ? value : undefined)
          }
        />
      )}
    </Field>
  )
}
