'use client'
import { type PinView, useEditorApi } from '#components/editor/editor.ts'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Textarea } from '#components/ui/input.tsx'
import { ValueView } from '#components/ui/value-view.tsx'
import type { JsonValue } from '#pipeline/document.ts'
import { PencilLine, Pin, PinOff } from 'lucide-react'
import { useState } from 'react'

/** The output that stands in for a step of the draft: what it is, and the ways to change it and let it go. */
export function PinnedOutput({ stepKey, pin, readOnly }: { stepKey: string; pin: PinView; readOnly: boolean }) {
  const editor = useEditorApi()
  const [editing, setEditing] = useState(false)
  return (
    <section aria-label="Pinned output" className="rounded-sm border border-cached/40 p-3">
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <Pin className="size-4 shrink-0 text-cached" aria-hidden />
        <p className="min-w-0 flex-1 text-sm">Pinned: runs of the draft use this output.</p>
        {readOnly || editing ? null : (
          <div className="flex gap-1.5">
            {pin.isPreview ? null : (
              <Button size="sm" onClick={() => setEditing(true)}>
                <PencilLine /> Edit
              </Button>
            )}
            <Button size="sm" onClick={() => editor.runs.unpin(stepKey)}>
              <PinOff /> Unpin
            </Button>
          </div>
        )}
      </div>
      {editing ? (
        <PinEditor stepKey={stepKey} value={pin.value} onDone={() => setEditing(false)} />
      ) : (
        <ValueView value={pin.value} maxHeight={320} />
      )}
      {pin.isPreview ? <p className="mt-1 text-xs text-text-quiet">A part of it; the whole is used.</p> : null}
    </section>
  )
}

/** A value as JSON (a text as it is), stored as the step's pinned output. */
export function PinEditor({ stepKey, value, onDone }: { stepKey: string; value: JsonValue; onDone(): void }) {
  const editor = useEditorApi()
  const plain = typeof value === 'string'
  const [text, setText] = useState(() => (plain ? value : JSON.stringify(value, null, 2)))
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const save = async () => {
    let read: JsonValue
    try {
      read = plain ? text : (JSON.parse(text) as JsonValue)
    } catch (failure) {
      setError(`Not valid JSON: ${failure instanceof Error ? failure.message : 'unreadable'}`)
      return
    }
    setBusy(true)
    const stored = await editor.runs.pinValue(stepKey, read)
    setBusy(false)
    if (stored) onDone()
  }
  return (
    <div className="flex flex-col gap-2" data-own-undo>
      <Field label={plain ? 'Text' : 'Value as JSON'} error={error}>
        {(ids) => (
          <Textarea
            {...ids}
            value={text}
            rows={Math.min(18, Math.max(5, text.split('\n').length + 1))}
            spellCheck={false}
            data-own-undo
            className={plain ? undefined : 'font-mono text-xs'}
            onChange={(event) => {
              setText(event.target.value)
              setError(null)
            }}
          />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button size="sm" onClick={onDone}>
          Cancel
        </Button>
        <Button size="sm" variant="primary" loading={busy} onClick={() => void save()}>
          Pin this
        </Button>
      </div>
    </div>
  )
}
