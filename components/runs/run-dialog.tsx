'use client'
import { type Editor, useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input, Textarea } from '#components/ui/input.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { Select } from '#components/ui/select.tsx'
import { Switch } from '#components/ui/switch.tsx'
import type { InputSpec } from '#pipeline/document.ts'
import { Play } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { FileInput } from './file-input.tsx'
import { initialInputs, parseInputs, type TypedInputs } from './input-values.ts'
import { startRun } from './start-run.ts'

/** Asks for the pipeline's inputs and starts a run; one whose inputs all have defaults starts at once, unless the form is asked for. */
export function RunDialog() {
  const dialog = useEditor((state) => state.dialog)
  const inputs = useEditor((state) => state.inputs)
  const editor = useEditorApi()
  const open = dialog === 'run' || dialog === 'run-form'
  const specs = Object.values(inputs)
  const needsForm =
    specs.some((spec) => spec.required !== false && spec.default === undefined) ||
    (dialog === 'run-form' && specs.length > 0)
  const starting = useRef(false)
  useEffect(() => {
    if (!open || needsForm || starting.current) return
    starting.current = true
    void startRun(editor, {}).finally(() => {
      starting.current = false
      editor.actions.openDialog(null)
    })
  }, [open, needsForm, editor])
  return open && needsForm ? <RunForm editor={editor} specs={inputs} /> : null
}

/** `max_items` as "Max items". */
const titleOf = (name: string): string => {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const storageKey = (pipelineId: string) => `orchestrator.inputs.${pipelineId}`

function lastInputs(pipelineId: string): Record<string, unknown> {
  try {
    return JSON.parse(localStorage.getItem(storageKey(pipelineId)) ?? '{}') as Record<string, unknown>
  } catch {
    return {}
  }
}

function RunForm({ editor, specs }: { editor: Editor; specs: Readonly<Record<string, InputSpec>> }) {
  const { pipelineId } = editor.store.getState()
  const [typed, setTyped] = useState<TypedInputs>(() => initialInputs(specs, lastInputs(pipelineId)))
  const [shownErrors, setShownErrors] = useState(false)
  const [busy, setBusy] = useState(false)
  const { values, errors } = parseInputs(specs, typed)
  const close = () => editor.actions.openDialog(null)
  const submit = async () => {
    if (Object.keys(errors).length > 0) {
      setShownErrors(true)
      return
    }
    localStorage.setItem(storageKey(pipelineId), JSON.stringify(values))
    setBusy(true)
    await startRun(editor, values)
    setBusy(false)
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      title={`Run “${editor.store.getState().name}”`}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" type="submit" form="run-inputs" loading={busy}>
            {busy ? null : <Play />} Run <Kbd keys="Mod+Enter" inverted />
          </Button>
        </>
      }
    >
      <form
        id="run-inputs"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
            event.preventDefault()
            event.stopPropagation()
            void submit()
          }
        }}
      >
        {Object.entries(specs).map(([name, spec]) => (
          <Field
            key={name}
            label={titleOf(name)}
            required={spec.required !== false && spec.default === undefined && spec.type !== 'boolean'}
            description={spec.description}
            error={shownErrors ? errors[name] : null}
          >
            {(ids) => (
              <InputControl
                ids={ids}
                spec={spec}
                value={typed[name] ?? ''}
                onChange={(value) => setTyped({ ...typed, [name]: value })}
              />
            )}
          </Field>
        ))}
      </form>
    </Dialog>
  )
}

interface InputControlProps {
  ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }
  spec: InputSpec
  value: string | boolean
  onChange(value: string | boolean): void
}

function InputControl({ ids, spec, value, onChange }: InputControlProps) {
  const text = String(value)
  if (spec.type === 'boolean') return <Switch {...ids} checked={value === true} onCheckedChange={onChange} />
  if (spec.type === 'file') return <FileInput {...ids} value={text} onChange={onChange} />
  if (spec.type === 'choice') {
    const options = (spec.options ?? []).map((option) => {
      const title = typeof option === 'string' ? option : JSON.stringify(option)
      return { value: title, title }
    })
    return <Select {...ids} value={text} onValueChange={onChange} options={options} placeholder="Choose" />
  }
  if (spec.type === 'number') {
    return (
      <Input
        {...ids}
        inputMode="decimal"
        value={text}
        onChange={(event) => onChange(event.target.value)}
        className="max-w-48"
      />
    )
  }
  const structured = spec.type === 'json' || spec.type === 'list'
  return (
    <Textarea
      {...ids}
      value={text}
      rows={structured || text.includes('\n') ? 5 : 2}
      spellCheck={!structured}
      placeholder={spec.type === 'list' ? 'One item a line, or JSON' : undefined}
      onChange={(event) => onChange(event.target.value)}
      className={structured ? 'font-mono text-xs' : 'min-h-0'}
    />
  )
}
