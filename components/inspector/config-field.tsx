'use client'
import { Field } from '#components/ui/field.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { FieldControl, JsonSchema } from '#pipeline/manifest.ts'
import type { Problem } from '#pipeline/problem.ts'
import { Braces, TextCursorInput } from 'lucide-react'
import { type ComponentType, memo, useCallback, useState } from 'react'
import { CodeField } from './code-field.tsx'
import type { ControlProps } from './control-props.ts'
import { CasesControl } from './controls/cases-control.tsx'
import { SelectControl, ToggleControl } from './controls/choice-controls.tsx'
import { DurationControl } from './controls/duration-control.tsx'
import { FileControl } from './controls/file-control.tsx'
import { JsonControl } from './controls/json-control.tsx'
import { KeyValueControl } from './controls/key-value-control.tsx'
import { ListControl } from './controls/list-control.tsx'
import { ModelControl } from './controls/model-control.tsx'
import { MultilineControl, NumberControl, TextControl } from './controls/text-controls.tsx'
import { ExpressionField } from './expression-field.tsx'
import { controlOf, isExpression, titleOf } from './field-kind.ts'
import { LiveValue } from './live-value.tsx'

const controls: Partial<Record<FieldControl, ComponentType<ControlProps>>> = {
  text: TextControl,
  multiline: MultilineControl,
  number: NumberControl,
  toggle: ToggleControl,
  select: SelectControl,
  duration: DurationControl,
  list: ListControl,
  labels: ListControl,
  'key-value': KeyValueControl,
  cases: CasesControl,
  file: FileControl,
  model: ModelControl,
  json: JsonControl,
  schema: JsonControl,
}

const languages: Partial<Record<FieldControl, 'javascript' | 'sql'>> = { code: 'javascript', sql: 'sql' }

const noProblems: readonly Problem[] = []

export interface ConfigFieldProps {
  stepKey: string
  path: string
  name: string
  schema: JsonSchema
  required: boolean
  value: JsonValue | undefined
  readOnly: boolean
}

/** One setting of a step: its label, its control, what is wrong with it, and what it comes to. */
export const ConfigField = memo(function ConfigField({
  stepKey,
  path,
  name,
  schema,
  required,
  value,
  readOnly,
}: ConfigFieldProps) {
  const editor = useEditorApi()
  const field = `with.${name}`
  const problems = useEditor((state) => state.problemsByPath[path] ?? noProblems)
  const problem = problems.find(
    (found) => found.field === field || found.field?.startsWith(`${field}.`) || found.field?.startsWith(`${field}[`),
  )
  const [wantsExpression, setWantsExpression] = useState(false)
  const control = controlOf(schema)
  const onChange = useCallback(
    (next: JsonValue | undefined) => editor.actions.setConfigField(stepKey, name, next),
    [editor, stepKey, name],
  )
  const language = languages[control]
  const Control = controls[control]
  // Every setting may be computed; those that are not text by nature switch over on demand.
  const switchable = Control !== undefined && control !== 'text' && control !== 'multiline' && control !== 'file'
  const asExpression = !Control || (switchable && (wantsExpression || isExpression(value)))
  const live =
    !language && (asExpression || (typeof value === 'string' && isExpression(value)) || control === 'condition')
  const title = titleOf(name, schema)
  return (
    <Field
      label={title}
      required={required}
      description={schema.description}
      error={
        problem ? (
          <>
            {problem.message}
            {problem.fix && !readOnly ? (
              <button
                type="button"
                className="ml-1 font-medium text-accent-text underline"
                onClick={() => editor.actions.applyFix(problem)}
              >
                {problem.fix.title}
              </button>
            ) : null}
          </>
        ) : null
      }
      action={
        switchable && !readOnly ? (
          <IconButton
            label={asExpression ? 'Write a plain value' : 'Compute it with an expression'}
            size="sm"
            className="-my-1 size-6"
            onClick={() => {
              if (asExpression) onChange(undefined)
              setWantsExpression(!asExpression)
            }}
          >
            {asExpression ? <TextCursorInput /> : <Braces />}
          </IconButton>
        ) : null
      }
    >
      {(ids) => (
        <>
          {language ? (
            <CodeField
              id={ids.id}
              label={title}
              language={language}
              value={typeof value === 'string' ? value : ''}
              readOnly={readOnly}
              placeholder={schema.placeholder}
              onChange={(text) => onChange(text === '' ? undefined : text)}
            />
          ) : asExpression || !Control ? (
            <ExpressionField
              id={ids.id}
              label={title}
              kind={control === 'condition' ? 'condition' : control === 'template' ? 'template' : 'expression'}
              stepKey={stepKey}
              field={field}
              multiline={control === 'template'}
              value={value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)}
              readOnly={readOnly}
              invalid={problem !== undefined}
              placeholder={schema.placeholder}
              onChange={(text) => onChange(text === '' ? undefined : text)}
            />
          ) : (
            <Control
              ids={ids}
              schema={schema}
              value={value}
              onChange={onChange}
              readOnly={readOnly}
              stepKey={stepKey}
              field={field}
            />
          )}
          {live && value !== undefined ? (
            <LiveValue stepKey={stepKey} name={name} value={value} condition={control === 'condition'} />
          ) : null}
        </>
      )}
    </Field>
  )
})
