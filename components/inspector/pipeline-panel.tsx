'use client'
import { useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Input, Textarea } from '#components/ui/input.tsx'
import type { JsonValue } from '#pipeline/document.ts'
import { Plus, X } from 'lucide-react'
import { ExpressionField } from './expression-field.tsx'
import { InputEditor } from './input-editor.tsx'
import { RunRules } from './policies/run-rules.tsx'
import { sameTrimmed, useTypedText } from '#components/ui/use-typed-text.ts'

/** The pipeline itself: what it is called, what it asks for, what it gives. */
export function PipelinePanel() {
  const editor = useEditorApi()
  const readOnly = useEditor((state) => state.readOnly)
  const storedName = useEditor((state) => state.name)
  const storedDescription = useEditor((state) => state.description)
  const inputs = useEditor((state) => state.inputs)
  const outputs = useEditor((state) => state.outputs)
  const name = useTypedText(storedName, (text) => editor.actions.setPipelineName(text), sameTrimmed)
  const description = useTypedText(storedDescription ?? '', (text) => editor.actions.setDescription(text))
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <header className="border-b px-4 py-2.5 text-sm font-medium">Pipeline</header>
      <div className="flex flex-col gap-4 p-4">
        <Field label="Name">
          {(ids) => (
            <Input
              {...ids}
              value={name.text}
              readOnly={readOnly}
              maxLength={200}
              onChange={(event) => name.onChange(event.target.value)}
              onBlur={name.flush}
            />
          )}
        </Field>
        <Field label="Description">
          {(ids) => (
            <Textarea
              {...ids}
              rows={3}
              value={description.text}
              readOnly={readOnly}
              placeholder="What it does, in a sentence"
              onChange={(event) => description.onChange(event.target.value)}
              onBlur={description.flush}
            />
          )}
        </Field>
        <section aria-labelledby="pipeline-inputs" className="flex flex-col gap-2 border-t pt-3">
          <h2 id="pipeline-inputs" className="text-xs font-medium">
            Inputs
            <span className="block font-normal text-text-quiet">
              Asked for when it runs; steps read them as inputs.name.
            </span>
          </h2>
          {Object.entries(inputs).map(([inputName, spec]) => (
            <InputEditor key={inputName} name={inputName} spec={spec} readOnly={readOnly} />
          ))}
          <AddButton
            title="Add an input"
            readOnly={readOnly}
            taken={Object.keys(inputs)}
            base="input"
            onAdd={(added) => editor.actions.setInput(added, { type: 'text' })}
          />
        </section>
        <section aria-labelledby="pipeline-outputs" className="flex flex-col gap-2 border-t pt-3">
          <h2 id="pipeline-outputs" className="text-xs font-medium">
            Outputs
            <span className="block font-normal text-text-quiet">
              What a run hands back, computed when it has succeeded.
            </span>
          </h2>
          {Object.entries(outputs).map(([outputName, value]) => (
            <OutputRow key={outputName} name={outputName} value={value} readOnly={readOnly} />
          ))}
          <AddButton
            title="Add an output"
            readOnly={readOnly}
            taken={Object.keys(outputs)}
            base="output"
            onAdd={(added) => editor.actions.setOutput(added, '')}
          />
        </section>
        <RunRules />
      </div>
    </div>
  )
}

interface AddButtonProps {
  title: string
  base: string
  taken: string[]
  readOnly: boolean
  onAdd(name: string): void
}

function AddButton({ title, base, taken, readOnly, onAdd }: AddButtonProps) {
  if (readOnly) return null
  const add = () => {
    let name = base
    for (let number = 2; taken.includes(name); number++) name = `${base}_${number}`
    onAdd(name)
  }
  return (
    <div>
      <Button size="sm" variant="ghost" className="-ml-2" onClick={add}>
        <Plus /> {title}
      </Button>
    </div>
  )
}

function OutputRow({ name, value, readOnly }: { name: string; value: JsonValue; readOnly: boolean }) {
  const editor = useEditorApi()
  const rename = (input: HTMLInputElement) => {
    const result = editor.actions.renameOutput(name, input.value.trim())
    if (!result.ok) input.value = name
  }
  return (
    <div className="flex items-start gap-1">
      <Input
        aria-label="Output name"
        className="w-1/3 shrink-0 font-mono text-xs"
        data-own-undo
        spellCheck={false}
        defaultValue={name}
        readOnly={readOnly}
        onBlur={(event) => rename(event.currentTarget)}
      />
      <div className="min-w-0 flex-1">
        <ExpressionField
          label={`Value of ${name}`}
          kind="expression"
          stepKey={null}
          field={`outputs.${name}`}
          value={typeof value === 'string' ? value : JSON.stringify(value)}
          readOnly={readOnly}
          placeholder="{{ step.field }}"
          onChange={(text) => editor.actions.setOutput(name, text)}
        />
      </div>
      {readOnly ? null : (
        <IconButton
          label={`Remove ${name}`}
          size="sm"
          className="mt-0.5"
          onClick={() => editor.actions.setOutput(name, undefined)}
        >
          <X />
        </IconButton>
      )}
    </div>
  )
}
