'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import { IconButton } from '#components/ui/icon-button.tsx'
import { Input } from '#components/ui/input.tsx'
import { Select } from '#components/ui/select.tsx'
import { Switch } from '#components/ui/switch.tsx'
import { toast } from '#components/ui/toast.tsx'
import { inputTypes, type InputSpec, type JsonValue } from '#pipeline/document.ts'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTypedText } from '#components/ui/use-typed-text.ts'

type InputType = (typeof inputTypes)[number]

const typeTitles: Record<InputType, string> = {
  text: 'Text',
  number: 'Number',
  boolean: 'Yes or no',
  file: 'File',
  json: 'JSON',
  list: 'List',
  choice: 'Choice',
}

/** One declared input: name, type, description, default, and the options of a choice. */
export function InputEditor({ name, spec, readOnly }: { name: string; spec: InputSpec; readOnly: boolean }) {
  const editor = useEditorApi()
  const set = (change: Partial<InputSpec>) => {
    const next = { ...spec, ...change }
    for (const key of Object.keys(next)) if (next[key] === undefined) delete next[key]
    editor.actions.setInput(name, next)
  }
  const description = useTypedText(spec.description ?? '', (text) => set({ description: text || undefined }))
  const fallback = useTypedText(textOf(spec.default), (text) => set({ default: valueOf(spec.type ?? 'text', text) }))
  const options = useTypedText(
    (spec.options ?? []).map(textOf).join(', '),
    (text) =>
      set({
        options: optionsIn(text),
      }),
    (typed, stored) => optionsIn(typed).join(', ') === stored,
  )
  const rename = (input: HTMLInputElement) => {
    const wanted = input.value.trim()
    if (wanted === name) return
    const result = editor.actions.renameInput(name, wanted)
    if (!result.ok) {
      toast.error(result.reason)
      input.value = name
    }
  }
  return (
    <div className="flex flex-col gap-1.5 rounded-sm border bg-surface-quiet p-2">
      <div className="flex items-center gap-1">
        <Input
          aria-label="Input name"
          className="min-w-0 flex-1 font-mono text-xs"
          defaultValue={name}
          readOnly={readOnly}
          data-own-undo
          spellCheck={false}
          onBlur={(event) => rename(event.currentTarget)}
        />
        <Select
          aria-label={`Type of ${name}`}
          className="w-28"
          value={spec.type ?? 'text'}
          disabled={readOnly}
          onValueChange={(type) =>
            set({
              type: type as InputType,
              // Yes or no has an answer from the start.
              default: type === 'boolean' ? false : undefined,
              ...(type === 'choice' ? {} : { options: undefined }),
            })
          }
          options={inputTypes.map((type) => ({ value: type, title: typeTitles[type] }))}
        />
        {readOnly ? null : (
          <IconButton label={`Remove ${name}`} size="sm" onClick={() => editor.actions.setInput(name, undefined)}>
            <X />
          </IconButton>
        )}
      </div>
      <Row title="About">
        <Input
          aria-label={`Description of ${name}`}
          placeholder="What it is for"
          value={description.text}
          readOnly={readOnly}
          onChange={(event) => description.onChange(event.target.value)}
          onBlur={description.flush}
        />
      </Row>
      {spec.type === 'choice' ? (
        <Row title="Options">
          <Input
            aria-label={`Options of ${name}`}
            placeholder="fast, careful"
            value={options.text}
            readOnly={readOnly}
            onChange={(event) => options.onChange(event.target.value)}
            onBlur={options.flush}
          />
        </Row>
      ) : null}
      <Row title="Default">
        {spec.type === 'boolean' ? (
          <Select
            aria-label={`Default of ${name}`}
            value={spec.default === true ? 'yes' : 'no'}
            disabled={readOnly}
            onValueChange={(next) => set({ default: next === 'yes' })}
            options={[
              { value: 'no', title: 'No' },
              { value: 'yes', title: 'Yes' },
            ]}
          />
        ) : (
          <Input
            aria-label={`Default of ${name}`}
            placeholder="None"
            value={fallback.text}
            readOnly={readOnly}
            onChange={(event) => fallback.onChange(event.target.value)}
            onBlur={fallback.flush}
          />
        )}
      </Row>
      {spec.default === undefined && spec.type !== 'boolean' ? (
        <Row title="Needed">
          <span className="flex h-8 items-center">
            <Switch
              aria-label={`${name} must be given`}
              checked={spec.required !== false}
              disabled={readOnly}
              onCheckedChange={(needed) => set({ required: needed ? undefined : false })}
            />
          </span>
        </Row>
      ) : null}
    </div>
  )
}

/** A named line of the card; the control says its own name to screen readers. */
function Row({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[3.5rem_minmax(0,1fr)] items-center gap-2">
      <span className="text-xs text-text-quiet" aria-hidden>
        {title}
      </span>
      {children}
    </div>
  )
}

const optionsIn = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

const textOf = (value: JsonValue | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** A typed default as a value of the input's type; text that does not fit is kept, and validation names it. */
function valueOf(type: InputType, text: string): JsonValue | undefined {
  if (text.trim() === '') return undefined
  if (type === 'number' && Number.isFinite(Number(text))) return Number(text)
  if (type === 'boolean') return /^(true|yes|1|on)$/i.test(text.trim())
  if (type === 'json' || type === 'list') {
    try {
      return JSON.parse(text) as JsonValue
    } catch {
      return type === 'list' ? text.split(',').map((part) => part.trim()) : text
    }
  }
  return text
}
