'use client'
import { errorInfoOf, errorMessageOf, type ApiOutputs } from '#components/api/api.tsx'
import { Button } from '#components/ui/button.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { Field } from '#components/ui/field.tsx'
import { Input, Textarea } from '#components/ui/input.tsx'
import { Markdown } from '#components/ui/markdown.tsx'
import { isRows } from '#components/ui/rows-table.tsx'
import type { WaitAnswer } from '#pipeline/wait-details.ts'
import { Check, CircleAlert, PencilLine, Send, X } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { FormFields } from './form-fields.tsx'
import { initialForm, readForm, type TypedForm } from './form-values.ts'
import { readTypedValue, type TypedValue, typedValueOf, ValueEditor } from './value-editor.tsx'
import { WaitValue } from './wait-value.tsx'

/** What is asked, without the run around it. */
export type Question = ApiOutputs['waits']['byToken']

export interface AnswerPanelProps {
  question: Question
  /** Whoever is not signed in may say a name. */
  asksName?: boolean
  /** Rejects with the API's error when the answer was not taken. */
  onAnswer(answer: WaitAnswer, name: string | undefined): Promise<void>
  /** Buttons stay at the lower edge of the window. */
  sticky?: boolean
}

const nameKey = 'orchestrator.name'

const readName = (): string => {
  try {
    return localStorage.getItem(nameKey) ?? ''
  } catch {
    return ''
  }
}

/** An open question with everything needed to answer it. */
export function AnswerPanel({ question, asksName = false, onAnswer, sticky = false }: AnswerPanelProps) {
  const [name, setName] = useState(readName)
  const [reason, setReason] = useState('')
  const [edited, setEdited] = useState<TypedValue | null>(null)
  const [form, setForm] = useState<TypedForm>(() =>
    question.kind === 'form' ? initialForm(question.details.fields) : {},
  )
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [failure, setFailure] = useState<string | null>(null)
  const [busy, setBusy] = useState<WaitAnswer['kind'] | null>(null)

  const send = async (answer: WaitAnswer) => {
    setBusy(answer.kind)
    setFailure(null)
    try {
      if (asksName && name.trim() !== '') localStorage.setItem(nameKey, name.trim())
      await onAnswer(answer, asksName && name.trim() !== '' ? name.trim() : undefined)
    } catch (error) {
      const found = fieldErrorsOf(error)
      setErrors(found)
      setFailure(Object.keys(found).length > 0 ? null : errorMessageOf(error))
    }
    setBusy(null)
  }
  const withReason = reason.trim() === '' ? {} : { reason: reason.trim() }
  const approve = () => {
    if (edited === null) return void send({ kind: 'approve', ...withReason })
    const read = readTypedValue(edited)
    if ('errors' in read) return setErrors(read.errors)
    void send({ kind: 'approve', value: read.value, ...withReason })
  }
  const submit = () => {
    if (question.kind !== 'form') return approve()
    const read = readForm(question.details.fields, form)
    setErrors(read.errors)
    if (Object.keys(read.errors).length === 0) void send({ kind: 'submit', values: read.values })
    else requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    submit()
  }
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4" noValidate>
      {question.details.text ? <Markdown text={question.details.text} /> : null}
      {question.kind === 'approval' ? (
        question.details.value === undefined ? null : (
          <section
            aria-label="What is to be approved"
            className={classNames(
              'rounded-md border bg-surface p-4',
              // A table has a border of its own.
              edited === null && isRows(question.details.value) && 'sm:border-0 sm:bg-transparent sm:p-0',
            )}
          >
            {edited === null ? (
              <>
                <WaitValue value={question.details.value} />
                {question.details.editable ? (
                  <Button
                    size="sm"
                    className="mt-4"
                    onClick={() => setEdited(typedValueOf(question.details.value ?? null))}
                  >
                    <PencilLine /> Change before approving
                  </Button>
                ) : null}
              </>
            ) : (
              <>
                <ValueEditor typed={edited} errors={errors} onChange={setEdited} />
                <Button
                  size="sm"
                  className="mt-4"
                  onClick={() => {
                    setEdited(null)
                    setErrors({})
                  }}
                >
                  Leave it as it was
                </Button>
              </>
            )}
          </section>
        )
      ) : (
        <FormFields fields={question.details.fields} typed={form} errors={errors} onChange={setForm} />
      )}
      {question.kind === 'approval' ? (
        <Field label="Reason" description="Optional. Kept with the run.">
          {(ids) => (
            <Textarea
              {...ids}
              value={reason}
              rows={2}
              maxLength={2_000}
              onChange={(event) => setReason(event.target.value)}
              className="min-h-0 text-lg sm:text-sm"
            />
          )}
        </Field>
      ) : null}
      {asksName ? (
        <Field label="Your name" description="Optional. Says who answered.">
          {(ids) => (
            <Input
              {...ids}
              value={name}
              maxLength={200}
              autoComplete="name"
              onChange={(event) => setName(event.target.value)}
              className="h-11 text-lg sm:h-9 sm:text-sm"
            />
          )}
        </Field>
      ) : null}
      {failure ? (
        <p role="alert" className="flex gap-2 rounded-sm border border-failed/40 bg-failed-soft px-3 py-2 text-sm">
          <CircleAlert className="mt-0.5 size-4 shrink-0 text-failed" aria-hidden /> {failure}
        </p>
      ) : null}
      <div
        className={classNames(
          'flex gap-2 [&>button]:h-11 [&>button]:flex-1 sm:[&>button]:h-9 sm:[&>button]:flex-none',
          sticky &&
            'max-sm:sticky max-sm:bottom-0 max-sm:-mx-4 max-sm:border-t max-sm:bg-surface max-sm:px-4 max-sm:pb-[max(0.75rem,env(safe-area-inset-bottom))] max-sm:pt-3',
          'sm:justify-end',
        )}
      >
        {question.kind === 'approval' ? (
          <>
            <Button
              loading={busy === 'reject'}
              disabled={busy !== null}
              onClick={() => void send({ kind: 'reject', ...withReason })}
            >
              {busy === 'reject' ? null : <X />} Reject
            </Button>
            <Button variant="primary" type="submit" loading={busy === 'approve'} disabled={busy !== null}>
              {busy === 'approve' ? null : <Check />} {edited === null ? 'Approve' : 'Approve as changed'}
            </Button>
          </>
        ) : (
          <Button variant="primary" type="submit" loading={busy === 'submit'} disabled={busy !== null}>
            {busy === 'submit' ? null : <Send />} Send
          </Button>
        )}
      </div>
    </form>
  )
}

/** Sentences by field of an answer the server found wanting. */
function fieldErrorsOf(error: unknown): Record<string, string> {
  const problems = errorInfoOf(error)?.details?.problems
  if (!Array.isArray(problems)) return {}
  const found = (problems as { field?: unknown; message?: unknown }[]).flatMap(({ field, message }) =>
    typeof field === 'string' ? [[field.replace(/^values\./, ''), String(message)]] : [],
  )
  return Object.fromEntries(found) as Record<string, string>
}
