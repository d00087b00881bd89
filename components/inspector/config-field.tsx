'use client'
import { Field } from '#components/ui/field.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { InlineMarkdown } from '#components/ui/markdown.tsx'
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
import { DateTimeControl } from './controls/date-time-control.tsx'
import { DurationControl } from './controls/duration-control.tsx'
import { FileControl } from './controls/file-control.tsx'
import { FixedTextControl } from './controls/fixed-text-control.tsx'
import { JsonControl } from './controls/json-control.tsx'
import { KeyValueControl } from './controls/key-value-control.tsx'
import { ListControl } from './controls/list-control.tsx'
import { ModelControl } from './controls/model-control.tsx'
import { LabelsControl } from './controls/labels-control.tsx'
import { NumberControl } from './controls/number-control.tsx'
import { OptionsControl } from './controls/options-control.tsx'
import { PipelineControl } from './controls/pipeline-control.tsx'
import { ExpressionField } from './expression-field.tsx'
import { ProblemText } from './problem-text.tsx'
import {
  controlOf,
  isExpression,
  isStructured,
  optionsOf,
  textOfValue,
  titleOf,
  valueOfExpressionText,
} from './field-kind.ts'

const controls: Partial<Record<FieldControl, ComponentType<ControlProps>>> = {
  number: NumberControl,
  toggle: ToggleControl,
  select: SelectControl,
  duration: DurationControl,
  list: ListControl,
  labels: LabelsControl,
  'key-value': KeyValueControl,
  cases: CasesControl,
  file: FileControl,
  model: ModelControl,
  json: JsonControl,
  schema: JsonControl,
  pipeline: PipelineControl,
  'date-time': DateTimeControl,
}

/** How a text field reads its expressions; the rest hold one expression. */
const expressionKinds: Partial<Record<FieldControl, 'template' | 'condition'>> = {
  text: 'template',
  multiline: 'template',
  template: 'template',
  condition: 'condition',
}

const languages: Partial<Record<FieldControl, 'javascript' | 'sql'>> = { code: 'javascript', sql: 'sql' }

/** `{"a":1}` as typed stands for the same value in several lines. */
const sameValue = (typed: string, stored: string): boolean =>
  typed === stored || textOfValue(valueOfExpressionText(typed)) === stored

const noProblems: readonly Problem[] = []

export interface ConfigFieldProps {
  stepKey: string
  path: string
  name: string
  schema: JsonSchema
  required: boolean
  value: JsonValue | undefined
  readOnly: boolean
  /** Where the settings are in the step: `with` when absent. */
  place?: string
  /** Stores the setting elsewhere than in the step's own. Must stay the same function. */
  onStore?(name: string, value: JsonValue | undefined): void
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
  place = 'with',
  onStore,
}: ConfigFieldProps) {
  const editor = useEditorApi()
  const field = `${place}.${name}`
  const problems = useEditor((state) => state.problemsByPath[path] ?? noProblems)
  const problem = problems.find(
    (found) => found.field === field || found.field?.startsWith(`${field}.`) || found.field?.startsWith(`${field}[`),
  )
  const [wantsExpression, setWantsExpression] = useState(false)
  const control = controlOf(schema)
  const onChange = useCallback(
    (next: JsonValue | undefined) =>
      onStore ? onStore(name, next) : editor.actions.setConfigField(stepKey, name, next),
    [editor, stepKey, name, onStore],
  )
  const language = languages[control]
  // Several of a few named values are chosen, not typed.
  const several = control === 'list' && schema.items !== undefined && optionsOf(schema.items).length > 0
  const Control = several ? OptionsControl : (controls[control] ?? (schema.fixed ? FixedTextControl : undefined))
  // Every setting may be computed; those that are not text by nature switch over on demand.
  const switchable = Control !== undefined && control !== 'file' && !schema.fixed
  const asExpression = Control === undefined || (switchable && (wantsExpression || isExpression(value)))
  const kind = expressionKinds[control] ?? 'expression'
  const title = titleOf(name, schema)
  return (
    <Field
      label={title}
      required={required}
      description={schema.description ? <InlineMarkdown text={schema.description} /> : undefined}
      error={problem ? <ProblemText problem={problem} readOnly={readOnly} /> : null}
      action={
        switchable && !language && !readOnly ? (
          <IconButton
            label={asExpression ? 'Write a plain value' : 'Compute it with an expression'}
            size="sm"
            className="-my-1 size-6"
            onClick={() => {
              // What is written in one form does not fit the other; undo brings it back.
              if (asExpression && isExpression(value)) onChange(undefined)
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
              ids={ids}
              label={title}
              language={language}
              value={textOfValue(value)}
              readOnly={readOnly}
              placeholder={schema.placeholder}
              onChange={(text) => onChange(text === '' ? undefined : text)}
            />
          ) : asExpression ? (
            <ExpressionField
              ids={ids}
              label={title}
              kind={kind}
              stepKey={stepKey}
              field={field}
              multiline={control === 'template' || control === 'multiline' || isStructured(value)}
              same={sameValue}
              value={textOfValue(value)}
              readOnly={readOnly}
              placeholder={
                schema.placeholder ?? (schema.default === undefined ? undefined : textOfValue(schema.default))
              }
              onChange={(text) =>
                onChange(kind === 'expression' ? valueOfExpressionText(text) : text === '' ? undefined : text)
              }
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
        </>
      )}
    </Field>
  )
}, sameProps)

/** Reading the step anew gives equal lists and objects that are not the same: they are compared by content. */
function sameProps(before: ConfigFieldProps, after: ConfigFieldProps): boolean {
  const { value: valueBefore, ...restBefore } = before
  const { value: valueAfter, ...restAfter } = after
  const names = Object.keys(restAfter) as (keyof typeof restAfter)[]
  return (
    names.every((name) => restBefore[name] === restAfter[name]) &&
    (valueBefore === valueAfter || JSON.stringify(valueBefore) === JSON.stringify(valueAfter))
  )
}
