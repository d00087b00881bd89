'use client'
import { Button } from '#components/ui/button.tsx'
import { JsonTree } from '#components/ui/json-tree.tsx'
import { triedWords } from '#pipeline/error-text.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import { CircleX } from 'lucide-react'
import Link from 'next/link'
import { Fragment } from 'react'

/** A failure: what failed, where, the values involved, and what to do, with a button that does it. */
export function ErrorPanel({ error, attempt }: { error: ErrorInfo; attempt?: number }) {
  const { item } = error
  const tried = triedWords(error) || (attempt && attempt > 1 && !error.tried ? `After ${attempt} attempts` : '')
  const place = [
    item ? `Item ${item.index}${item.label === undefined ? '' : ` (${item.label})`}` : null,
    error.field ? `In “${error.field.replace(/^with\./, '')}”` : null,
    // Many messages say the place themselves.
    error.line && !error.message.includes(`line ${error.line}`)
      ? `Line ${error.line}, column ${error.column ?? 1}`
      : null,
    tried === '' ? null : tried,
  ].filter(Boolean)
  const { action, provider, offset: _offset, end: _end, ...values } = error.details ?? {}
  return (
    <section role="alert" className="rounded-sm border border-failed/40 bg-failed-soft p-3 text-sm">
      <div className="flex gap-2">
        <CircleX className="mt-0.5 size-4 shrink-0 text-failed" aria-hidden />
        <div className="min-w-0 flex-1 space-y-1">
          <p className="whitespace-pre-wrap break-words">{error.message}</p>
          {place.length > 0 ? <p className="text-xs text-text-quiet">{place.join(' · ')}</p> : null}
          {error.fix ? <p className="text-text-quiet">{error.fix}</p> : null}
          {action === 'open-settings' ? (
            <Button asChild size="sm" className="mt-1">
              <Link href={typeof provider === 'string' ? `/settings?connect=${provider}` : '/settings'}>
                Open settings
              </Link>
            </Button>
          ) : null}
        </div>
      </div>
      {Object.keys(values).length > 0 ? (
        <div className="mt-2 border-t border-failed/25 pt-1">
          <Values values={values} />
        </div>
      ) : null}
    </section>
  )
}

/** The values a failure speaks of, each under its name. */
function Values({ values }: { values: Readonly<Record<string, unknown>> }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-xs">
      {Object.entries(values).map(([name, value]) => (
        <Fragment key={name}>
          <dt className="py-1 leading-5 text-text-quiet">{sentenceOf(name)}</dt>
          <dd className="min-w-0">
            <JsonTree value={value} open={0} />
          </dd>
        </Fragment>
      ))}
    </dl>
  )
}

/** `statusCode` and `status_code` as "Status code". */
function sentenceOf(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
