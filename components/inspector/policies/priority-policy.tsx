'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import { NumberField } from './number-field.tsx'
import type { PolicyFieldsProps } from './policy-fields-props.ts'

/** Who goes first where steps wait for a place. */
export function PriorityFields({ stepKey, step, readOnly }: PolicyFieldsProps) {
  const editor = useEditorApi()
  return (
    <NumberField
      label="Goes first"
      description="From -100 to 100; higher goes first where steps wait. 0 is usual."
      value={step.priority}
      min={-100}
      max={100}
      whole
      readOnly={readOnly}
      onChange={(priority) => editor.actions.setPolicy(stepKey, 'priority', priority ?? 0)}
    />
  )
}
