'use client'
import { useApi } from '#components/api/api.tsx'
import { useEditorApi } from '#components/editor/editor.ts'
import { useRunFeed, useRunFeedValue } from '#components/runs/runs.ts'
import { classNames } from '#components/ui/class-names.ts'
import { cellText } from '#components/ui/rows-table.tsx'
import { describeValue } from '#components/ui/value-view.tsx'
import { useQueries } from '@tanstack/react-query'
import { useDeferredValue, useMemo } from 'react'
import { evaluateLive, referencedNames } from './evaluate-live.ts'
import { scopeNames } from './expression-scope.ts'

export interface LiveValueProps {
  /** Null for the pipeline's outputs. */
  stepKey: string | null
  /** The setting the field belongs to. */
  setting: string | null
  /** Path of the field, for tests. */
  field: string
  text: string
  condition: boolean
}

/** Outputs larger than this are not fetched to show what an expression comes to. */
const wholeLimit = 8 * 1024 * 1024

/** What the expression comes to with the values of the shown run, under its field. */
export function LiveValue({ stepKey, setting, field, text, condition }: LiveValueProps) {
  const editor = useEditorApi()
  const feed = useRunFeed()
  const api = useApi()
  // The values change with the run; the number of its last event stands for them.
  const seq = useDeferredValue(useRunFeedValue((current) => current.view.seq))
  const shown = useDeferredValue(text)
  const names = useMemo(
    () => (feed && seq !== null ? referencedNames(shown, condition, scopeNames(editor, feed, stepKey, setting)) : null),
    [feed, seq, editor, stepKey, setting, shown, condition],
  )
  const shortened = names?.filter((name) => name.whole) ?? []
  const wholes = useQueries({
    queries: shortened.map((name) => ({
      ...api.runs.value.queryOptions({ runId: feed?.runId ?? '', path: name.whole!.runPath }),
      enabled: name.whole!.bytes <= wholeLimit,
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: (results) => results.map(({ data }) => data),
  })
  const result = useMemo(() => {
    if (!names) return null
    let partial = false
    const values = names.map((name) => {
      if (!name.whole) return name
      const whole = wholes[names.filter((other) => other.whole).indexOf(name)]
      if (whole) return { ...name, value: whole.value as unknown }
      partial = true
      return name
    })
    return { ...evaluateLive(shown, values, condition), partial }
  }, [names, wholes, shown, condition])
  if (!result || result.kind === 'unknown') return null
  if (result.kind === 'error') {
    // A part of a value says nothing about errors.
    if (result.partial) return null
    return (
      <p className="mt-1 line-clamp-3 break-words text-2xs text-failed" data-live-value={field}>
        {result.message}
      </p>
    )
  }
  const { value } = result
  const structured = typeof value === 'object' && value !== null
  const line = typeof value === 'string' ? value : cellText(value) || describeValue(value)
  return (
    <p className="mt-1 flex gap-1.5 text-2xs text-text-quiet" data-live-value={field}>
      <span aria-hidden>=</span>
      {structured ? <span className="shrink-0">{describeValue(value)}</span> : null}
      <span
        className={classNames(
          'min-w-0 break-all font-mono',
          structured ? 'line-clamp-1 text-text-faint' : 'line-clamp-2',
        )}
        title={describeValue(value)}
      >
        {line === '' ? <i>empty text</i> : line.slice(0, 300)}
      </span>
      {result.partial ? <span className="ml-auto shrink-0">from a part of it</span> : null}
    </p>
  )
}
