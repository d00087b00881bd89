'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import { Field } from '#components/ui/field.tsx'
import { Select } from '#components/ui/select.tsx'
import { DurationControl } from '../controls/duration-control.tsx'
import { ExpressionField } from '../expression-field.tsx'
import type { PolicyFieldsProps } from './policy-fields-props.ts'

const choices = [
  { value: 'for', title: 'For a while' },
  { value: 'forever', title: 'For good' },
  { value: 'off', title: 'Never', description: 'It is carried out every time.' },
]

/** For how long the output of an equal step run is used again, and what makes two of them equal. */
export function CacheFields({ stepKey, step, readOnly }: PolicyFieldsProps) {
  const editor = useEditorApi()
  const { cache = 'off', cache_key: key } = step
  const isFor = cache !== 'off' && cache !== 'forever'
  return (
    <>
      <Field
        label="Use an output again"
        description="That of a step of this type with equal settings, in any run of the workspace."
      >
        {(ids) => (
          <div className="flex flex-wrap gap-2">
            <Select
              {...ids}
              className="w-auto min-w-32"
              value={isFor ? 'for' : cache}
              disabled={readOnly}
              onValueChange={(next) =>
                editor.actions.setPolicies(stepKey, {
                  cache: next === 'for' ? '1h' : (next as 'off' | 'forever'),
                  ...(next === 'off' ? { cache_key: undefined } : {}),
                })
              }
              options={choices}
            />
            {isFor ? (
              <DurationControl
                ids={{ id: `${ids.id}-for` }}
                schema={{ placeholder: '1h' }}
                value={cache}
                readOnly={readOnly}
                stepKey={stepKey}
                field="cache"
                onChange={(value) => typeof value === 'string' && editor.actions.setPolicy(stepKey, 'cache', value)}
              />
            ) : null}
          </div>
        )}
      </Field>
      {cache === 'off' ? null : (
        <Field
          label="Equal are steps with the same"
          description={key === undefined ? 'Empty: the same settings and inputs.' : undefined}
        >
          {(ids) => (
            <ExpressionField
              ids={ids}
              label="Equal are steps with the same"
              kind="template"
              stepKey={stepKey}
              field="cache_key"
              value={key ?? ''}
              readOnly={readOnly}
              placeholder="{{ inputs.customer }}"
              onChange={(text) => editor.actions.setPolicy(stepKey, 'cache_key', text === '' ? undefined : text)}
            />
          )}
        </Field>
      )}
    </>
  )
}
