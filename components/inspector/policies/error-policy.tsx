'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import { Field } from '#components/ui/field.tsx'
import { Select } from '#components/ui/select.tsx'
import type { ErrorPolicy } from '#pipeline/document.ts'
import { ExpressionField } from '../expression-field.tsx'
import { isStructured, textOfValue, valueOfExpressionText } from '../field-kind.ts'
import type { PolicyFieldsProps } from './policy-fields-props.ts'

const choices = [
  { value: 'continue', title: 'Go on', description: 'With a value instead of its output.' },
  { value: 'port', title: 'Go another way', description: 'The step gets an error port to draw from.' },
  { value: 'fail', title: 'Stop the run', description: 'In a map only its item fails.' },
]

/** `{"a":1}` as typed stands for the same value in several lines. */
const sameValue = (typed: string, stored: string): boolean =>
  typed === stored || textOfValue(valueOfExpressionText(typed)) === stored

/** What becomes of the run when every attempt has failed, and the value it goes on with. */
export function ErrorFields({ stepKey, step, readOnly }: PolicyFieldsProps) {
  const editor = useEditorApi()
  const { on_error: policy = 'fail', error_value: value } = step
  return (
    <>
      <Field label="The run">
        {(ids) => (
          <Select
            {...ids}
            value={policy}
            disabled={readOnly}
            onValueChange={(next) =>
              editor.actions.setPolicies(stepKey, {
                on_error: next === 'fail' ? undefined : (next as ErrorPolicy),
                ...(next === 'continue' ? {} : { error_value: undefined }),
              })
            }
            options={choices}
          />
        )}
      </Field>
      {policy === 'continue' ? (
        <Field
          label="Value to go on with"
          description={value === undefined ? 'Empty: an object with the error, { error }.' : undefined}
        >
          {(ids) => (
            <ExpressionField
              ids={ids}
              label="Value to go on with"
              kind="expression"
              stepKey={stepKey}
              field="error_value"
              multiline={isStructured(value)}
              same={sameValue}
              value={textOfValue(value)}
              readOnly={readOnly}
              placeholder={'{ "price": null, "why": "{{ error.message }}" }'}
              onChange={(text) => editor.actions.setPolicy(stepKey, 'error_value', valueOfExpressionText(text))}
            />
          )}
        </Field>
      ) : null}
    </>
  )
}
