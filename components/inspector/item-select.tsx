'use client'
import type { StepRunInfo } from '#components/editor/editor.ts'
import { itemIndexesOf, useRunFeed } from '#components/runs/runs.ts'
import { formatNumber } from '#components/ui/format.ts'
import { Select } from '#components/ui/select.tsx'

/** Entries a list can show; the frame's own picker reaches every item. */
const listed = 500

/** How the items of a step in a map or loop went, and which of them is looked at, here and on the canvas. */
export function ItemSelect({ path, info, shown }: { path: string; info: StepRunInfo; shown: string | null }) {
  const feed = useRunFeed()
  const paths = feed?.runPathsOf(path) ?? []
  // Failed ones first: they are what people look for.
  const failed = paths.filter((candidate) => feed?.view.steps.get(candidate)?.status === 'failed')
  const isFailed = new Set(failed)
  const ordered = [...failed, ...paths.filter((candidate) => !isFailed.has(candidate))].slice(0, listed)
  if (shown !== null && !ordered.includes(shown)) ordered.unshift(shown)
  return (
    <>
      {info.items ? (
        <p className="text-xs text-text-quiet tabular">
          {formatNumber(info.items.succeeded)} of {formatNumber(info.items.total)} items succeeded
          {info.items.failed > 0 ? `, ${formatNumber(info.items.failed)} failed` : ''}
          {info.items.skipped > 0 ? `, ${formatNumber(info.items.skipped)} skipped` : ''}
          {info.items.waiting > 0 ? `, ${formatNumber(info.items.waiting)} waiting` : ''}
        </p>
      ) : null}
      {ordered.length > 0 ? (
        <Select
          aria-label="Item"
          value={shown ?? ''}
          onValueChange={(candidate) => feed?.choosePath(candidate)}
          options={ordered.map((candidate) => ({
            value: candidate,
            title: `Item ${itemIndexesOf(candidate).join(' / ')}${isFailed.has(candidate) ? ', failed' : ''}`,
          }))}
        />
      ) : null}
    </>
  )
}
