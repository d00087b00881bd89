'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import {
  type DraggedReference,
  dragReference,
  expressionForPath,
  useRunFeed,
  useRunFeedValue,
} from '#components/runs/runs.ts'
import { Disclosure } from '#components/ui/disclosure.tsx'
import { JsonTree } from '#components/ui/json-tree.tsx'
import { toast } from '#components/ui/toast.tsx'
import type { JsonSchema } from '#pipeline/manifest.ts'
import { useDeferredValue, useState } from 'react'
import { type ScopeName, scopeNames } from './expression-scope.ts'
import { insertIntoLastField } from './reference-target.ts'
import { shortValue } from './short-value.ts'

/** What expressions of this step can read, with the values of the shown run: dragged or clicked into a field. */
export function ValuesSection({ stepKey }: { stepKey: string }) {
  const [open, setOpen] = useState(false)
  return (
    <Disclosure title="Values from earlier steps" open={open} onOpenChange={setOpen} className="border-t pt-3">
      {open ? <Values stepKey={stepKey} /> : null}
    </Disclosure>
  )
}

function Values({ stepKey }: { stepKey: string }) {
  const editor = useEditorApi()
  const feed = useRunFeed()
  // Read anew with the run; the steps before this one seldom change while the section is open.
  useDeferredValue(useRunFeedValue((current) => current.view.seq))
  const names = scopeNames(editor, feed, stepKey).filter(({ upstream }) => upstream)
  const pick = (reference: DraggedReference) => {
    if (insertIntoLastField(stepKey, reference)) return
    const text = `{{ ${reference.expression} }}`
    void navigator.clipboard.writeText(text).then(
      () => toast(`Copied ${text}`, { description: 'Click into a field first to put it there.' }),
      () => toast.error('The browser refused to copy'),
    )
  }
  return (
    <>
      <p className="text-xs text-text-quiet">
        Drag a value into a field, or click it.
        {feed ? null : ' Run the pipeline to see the values themselves.'}
      </p>
      <ul className="mt-2 flex flex-col">
        {names.map((name) => (
          <ValueRow key={name.name} name={name} onPick={pick} />
        ))}
      </ul>
    </>
  )
}

function ValueRow({ name, onPick }: { name: ScopeName; onPick(reference: DraggedReference): void }) {
  const referenceTo = (path: readonly (string | number)[]): DraggedReference => ({
    expression: expressionForPath(name.name, path),
    stepKey: name.stepKey ?? null,
  })
  return (
    <li className="border-b py-1 last:border-0">
      <button
        type="button"
        draggable
        title={name.detail}
        className="flex w-full items-baseline gap-2 rounded-[4px] px-1 text-left text-xs hover:bg-surface-quiet"
        onDragStart={(event) => dragReference(event.dataTransfer, referenceTo([]))}
        onClick={() => onPick(referenceTo([]))}
      >
        <span className="font-mono font-medium text-category-data">{name.name}</span>
        <span className="min-w-0 truncate text-text-quiet">
          {name.value === undefined ? name.detail : shortValue(name.value, name.whole?.lengths)}
        </span>
      </button>
      {typeof name.value === 'object' && name.value !== null ? (
        <JsonTree
          value={name.value}
          open={0}
          onPick={(path) => onPick(referenceTo(path))}
          onDragValue={(data, path) => dragReference(data, referenceTo(path))}
        />
      ) : name.value === undefined && name.schema?.properties ? (
        <Fields
          fields={name.schema.properties}
          onPick={(field) => onPick(referenceTo([field]))}
          onDrag={(data, field) => dragReference(data, referenceTo([field]))}
        />
      ) : null}
    </li>
  )
}

interface FieldsProps {
  fields: Readonly<Record<string, JsonSchema>>
  onPick(field: string): void
  onDrag(data: DataTransfer, field: string): void
}

/** The declared fields of an output that has no value yet. */
function Fields({ fields, onPick, onDrag }: FieldsProps) {
  return (
    <ul className="pl-5 font-mono text-xs">
      {Object.entries(fields).map(([field, schema]) => (
        <li key={field}>
          <button
            type="button"
            draggable
            title={schema.description}
            className="rounded-[4px] px-1 text-left hover:bg-surface-quiet"
            onDragStart={(event) => onDrag(event.dataTransfer, field)}
            onClick={() => onPick(field)}
          >
            {field}
            {typeof schema.type === 'string' ? <span className="text-text-faint"> {schema.type}</span> : null}
          </button>
        </li>
      ))}
    </ul>
  )
}
