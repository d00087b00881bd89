'use client'
import { displayName, useEditor, useEditorApi } from '#components/editor/editor.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { toast } from '#components/ui/toast.tsx'
import type { CSSProperties } from 'react'
import { useTypedText } from '#components/ui/use-typed-text.ts'

/** Whose settings these are: icon, name and id; both can be changed in place. */
export function StepHeader({ stepKey }: { stepKey: string }) {
  const editor = useEditorApi()
  // Only what is shown here: a key stroke in one of the settings does not draw the header again.
  const id = useEditor((state) => state.steps[stepKey]?.step.id)
  const type = useEditor((state) => state.steps[stepKey]?.step.type ?? '')
  const storedName = useEditor((state) => state.steps[stepKey]?.step.name)
  const readOnly = useEditor((state) => state.readOnly)
  const manifest = useEditor((state) => state.manifests.get(type))
  const name = useTypedText(storedName ?? '', (text) => editor.actions.setName(stepKey, text))
  if (id === undefined) return null
  const rename = (input: HTMLInputElement) => {
    const wanted = input.value.trim()
    if (wanted === id) return
    const result = editor.actions.renameStep(stepKey, wanted)
    if (!result.ok) {
      toast.error(result.reason)
      input.value = id
    }
  }
  const quiet = 'border-transparent bg-transparent px-1 hover:border-line focus-visible:bg-surface'
  return (
    <header className="flex items-center gap-2.5 border-b py-2.5 pl-3 pr-4">
      <span
        className="flex size-8 shrink-0 items-center justify-center rounded-sm bg-(--tint)/15 text-(--tint)"
        style={{ '--tint': `var(--category-${manifest?.category ?? 'flow'})` } as CSSProperties}
      >
        <Icon name={manifest?.icon ?? 'box'} className="size-4" />
      </span>
      <div className="min-w-0 flex-1">
        <Input
          aria-label="Step name"
          className={`${quiet} h-6 font-medium`}
          value={name.text}
          placeholder={displayName({ id, type }, manifest)}
          readOnly={readOnly}
          onChange={(event) => name.onChange(event.target.value)}
          onBlur={name.flush}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        />
        <div className="flex items-center gap-1 text-xs text-text-quiet">
          <Input
            key={id}
            aria-label="Step id, the name in expressions"
            title="The name in expressions; renaming it rewrites them"
            className={`${quiet} field-sizing-content h-5 w-auto min-w-8 max-w-44 shrink font-mono text-2xs text-text-quiet`}
            defaultValue={id}
            readOnly={readOnly}
            data-own-undo
            spellCheck={false}
            onBlur={(event) => rename(event.currentTarget)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.currentTarget.blur()
              if (event.key === 'Escape') {
                event.currentTarget.value = id
                event.currentTarget.blur()
              }
            }}
          />
          <span className="truncate">{manifest?.title ?? type}</span>
        </div>
      </div>
    </header>
  )
}
