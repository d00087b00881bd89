'use client'
import { useEditorApi } from '#components/editor/editor.ts'
import { useRunFeed, useRunFeedValue } from '#components/runs/runs.ts'
import { cellText } from '#components/ui/rows-table.tsx'
import { describeValue } from '#components/ui/value-view.tsx'
import { evaluateCondition, evaluateDeep, findReferences } from '#pipeline/expressions/expressions.ts'
import { useDeferredValue, useMemo } from 'react'
import { type ScopeName, scopeNames, scopeValues } from './expression-scope.ts'

export interface LiveValueProps {
  stepKey: string
  /** The setting's name. */
  name: string
  value: unknown
  condition: boolean
}

type Result = { kind: 'value'; value: unknown } | { kind: 'error'; message: string } | { kind: 'unknown' }

/** Small enough to be worked out between two key strokes. */
const limits = { maxSteps: 200_000, maxBytes: 4 * 1024 * 1024 }

/** What the expression comes to with the values of the shown run, under its field. */
export function LiveValue({ stepKey, name, value, condition }: LiveValueProps) {
  const editor = useEditorApi()
  const feed = useRunFeed()
  // The values change with the run; the number of its last event stands for them.
  const seq = useRunFeedValue((current) => current.view.seq)
  const shown = useDeferredValue(value)
  const result = useMemo(() => {
    if (!feed || seq === null) return null
    return evaluate(shown, scopeNames(editor, feed, stepKey), condition)
  }, [editor, feed, seq, stepKey, shown, condition])
  if (!result || result.kind === 'unknown') return null
  if (result.kind === 'error') {
    return (
      <p className="text-2xs text-failed" data-live-value={name}>
        {result.message}
      </p>
    )
  }
  const text = typeof result.value === 'string' ? result.value : cellText(result.value) || describeValue(result.value)
  return (
    <p className="flex gap-1.5 text-2xs text-text-quiet" data-live-value={name}>
      <span aria-hidden>=</span>
      <span className="line-clamp-2 min-w-0 break-words font-mono" title={describeValue(result.value)}>
        {text === '' ? 'empty' : text.slice(0, 300)}
      </span>
    </p>
  )
}

function evaluate(value: unknown, names: ScopeName[], condition: boolean): Result {
  const scope = scopeValues(names)
  const texts = textsIn(value)
  for (const text of texts) {
    for (const reference of findReferences(text, { bare: condition })) {
      // A name that has no value yet says nothing about the expression; an unknown one is the validator's to report.
      if (!(reference.name in scope)) return { kind: 'unknown' }
    }
  }
  try {
    return {
      kind: 'value',
      value: condition ? evaluateCondition(value, scope, limits) : evaluateDeep(value, scope, limits),
    }
  } catch (error) {
    return { kind: 'error', message: error instanceof Error ? error.message : String(error) }
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}
