'use client'
import { useEditor, useEditorApi, useStepView } from '#components/editor/editor.ts'
import { Field } from '#components/ui/field.tsx'
import { Textarea } from '#components/ui/input.tsx'
import { useTypedText } from '#components/ui/use-typed-text.ts'

/** Lines are broken where the screen wants it, except before the items of a list. */
const unwrapped = (paragraph: string): string => paragraph.replaceAll(/\s*\n\s*(?![-*|\s]|\d+\.)/g, ' ')

/** A note to the next reader, kept with the step, and what the step type says of itself. */
export function NotesTab({ stepKey }: { stepKey: string }) {
  const editor = useEditorApi()
  const view = useStepView(stepKey)
  const readOnly = useEditor((state) => state.readOnly)
  const manifest = useEditor((state) => (view ? state.manifests.get(view.step.type) : undefined))
  const note = view?.step.note
  const { text, onChange, flush } = useTypedText(typeof note === 'string' ? note : '', (next) =>
    editor.actions.setPolicy(stepKey, 'note', next.trim() === '' ? undefined : next),
  )
  return (
    <div className="flex flex-col gap-4 p-4">
      <Field label="Note" description="Why this step is here, what to watch for. Part of the pipeline's text.">
        {(ids) => (
          <Textarea
            {...ids}
            rows={5}
            value={text}
            readOnly={readOnly}
            onChange={(event) => onChange(event.target.value)}
            onBlur={flush}
          />
        )}
      </Field>
      {manifest ? (
        <section className="border-t pt-3">
          <h2 className="text-xs font-medium text-text-quiet">About {manifest.title}</h2>
          {manifest.docs.split(/\n{2,}/).map((paragraph) => (
            <p key={paragraph} className="mt-2 whitespace-pre-line text-sm text-text-quiet">
              {unwrapped(paragraph)
                .split(/(`[^`]+`)/)
                .map((part, index) =>
                  part.startsWith('`') ? (
                    <code key={`${index}-${part}`} className="rounded-[4px] bg-surface-strong px-1 text-xs text-text">
                      {part.slice(1, -1)}
                    </code>
                  ) : (
                    part
                  ),
                )}
            </p>
          ))}
        </section>
      ) : null}
    </div>
  )
}
