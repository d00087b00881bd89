'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import { useTypedText } from '#components/ui/use-typed-text.ts'
import type { PolicyFieldsProps } from './policy-fields-props.ts'

const labelsOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean)

/** Labels a worker must have to carry out runs with this step. */
export function RunsOnFields({ stepKey, step, readOnly }: PolicyFieldsProps) {
  const editor = useEditorApi()
  const { text, onChange, flush } = useTypedText(
    (step.runs_on ?? []).join(', '),
    (typed) => editor.actions.setPolicy(stepKey, 'runs_on', labelsOf(typed)),
    (typed, stored) => labelsOf(typed).join(', ') === stored,
  )
  return (
    <Field label="On workers with the labels" description="The whole run goes to a worker that has all of them.">
      {(ids) => (
        <Input
          {...ids}
          spellCheck={false}
          value={text}
          readOnly={readOnly}
          placeholder="gpu, eu"
          onChange={(event) => onChange(event.target.value)}
          onBlur={flush}
        />
      )}
    </Field>
  )
}
