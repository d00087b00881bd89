'use client'
import { displayName, useEditor, useEditorApi, useStepView } from '#components/editor/editor.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Input } from '#components/ui/input.tsx'
import { toast } from '#components/ui/toast.tsx'
import type { CSSProperties } from 'react'
import { useTypedText } from '#components/ui/use-typed-text.ts'

/** Whose settings these are: icon, name and id; both can be changed in place. */
export function StepHeader({ stepKey }: { stepKey: string }) {
  const editor = useEditorApi()
  const view = useStepView(stepKey)
  const readOnly = useEditor((state) => state.readOnly)
  const manifest = useEditor((state) => (view ? state.manifests.get(view.step.type) : undefined))
  const name = useTypedText(view?.step.name ?? '', (text) => editor.actions.setName(stepKey, text))
  if (!view) return null
  const rename = (input: HTMLInputElement) => {
    const wanted = input.value.trim()
    if (wanted === view.step.id) return
    const result = editor.actions.renameStep(stepKey, wanted)
    if (!result.ok) {
      toast.error(result.reason)
      input.value = view.step.id
    }
  }
  const quiet = 'border-transparent bg-transparent px-1 hover:border-line focus-visible:bg-surface'
  return (
    <header className="flex items-center gap-2.5 border-b px-3 py-2.5">
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
          placeholder={displayName({ id: view.step.id, type: view.step.type }, manifest)}
          readOnly={readOnly}
          onChange={(event) => name.onChange(event.target.value)}
          onBlur={name.flush}
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        />
        <div className="flex items-center gap-1 text-xs text-text-quiet">
          <Input
            key={view.step.id}
            aria-label="Step id, the name in expressions"
            title="The name in expressions; renaming it rewrites them"
            className={`${quiet} field-sizing-content h-5 w-auto min-w-8 max-w-44 shrink font-mono text-2xs text-text-quiet`}
            defaultValue={view.step.id}
            readOnly={readOnly}
            data-own-undo
            spellCheck={false}
            onBlur={(event) => rename(event.currentTarget)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.currentTarget.blur()
              if (event.key === 'Escape') {
                event.currentTarget.value = view.step.id
                event.currentTarget.blur()
              }
            }}
          />
          <span className="truncate">{manifest?.title ?? view.step.type}</span>
        </div>
      </div>
    </header>
  )
}
