import type { Query } from '#db/client.ts'
import { findPart } from '#server/engine/spread/find-part.ts'
import type { RunItem, RunItems } from './run-overview-records.ts'
import type { ItemRange, RunOverviews } from './run-overviews.ts'

interface Part {
  id: string
  from: number
  count: number
}

/** Items of a container wherever they are carried out: in the run itself, or in the parts of a spread map. */
export async function readItems(
  query: Query,
  overviews: Pick<RunOverviews, 'items'>,
  runId: string,
  range: ItemRange,
): Promise<RunItems> {
  if (range.path.includes('[')) {
    const holder = await findPart(query, runId, range.path)
    if (holder) return overviews.items(holder, range)
  }
  const { rows: parts } = await query<Part>(
    `select id, (part->>'from')::int as "from", (part->>'count')::int as count from runs r
    where parent_run_id = $1 and part->>'path' = $2 and (part->>'attempt')::int = (
      select max((part->>'attempt')::int) from runs where parent_run_id = $1 and part->>'path' = $2)
    order by 2`,
    [runId, range.path],
  )
  const own = await overviews.items(runId, { ...range, ...(parts.length > 0 && { limit: 0 }) })
  if (parts.length === 0) return own
  const items: RunItem[] = []
  let total = 0
  for (const { id, from, count } of parts) {
    const isOnPage = items.length < range.limit && from + count > range.from
    // How many fit a status only the part itself can tell.
    if (!isOnPage && !range.status) total += count
    else {
      const page = { ...range, from: Math.max(range.from, from), limit: isOnPage ? range.limit - items.length : 0 }
      const ofPart = await overviews.items(id, page)
      items.push(...ofPart.items)
      total += range.status ? ofPart.total : count
    }
  }
  return { seq: own.seq, path: range.path, total, items }
}
