import type { JournalEntry } from '#pipeline/events.ts'
import { foldRun, type StepView } from '#pipeline/run-view.ts'
import type { ItemSpan } from './item-index.ts'
import { RunFold } from './run-fold.ts'
import type { RunItem, RunItems, RunOverview } from './run-overview-records.ts'

/** Reads journal entries with a seq above `after`, in order. */
export type ReadEntries = (runId: string, range: { after: number; limit: number }) => Promise<JournalEntry[]>

/** Which items of a container: from index `from` on, at most `limit`, with a status only such. */
export interface ItemRange {
  path: string
  from: number
  limit: number
  status?: RunItem['status'] | undefined
}

/** Folded runs of this process: each is read once, and then only what is new of it. */
export interface RunOverviews {
  view(runId: string): Promise<RunOverview>
  items(runId: string, range: ItemRange): Promise<RunItems>
}

const entriesPerRead = 5_000
/** Events between two items that are read along rather than in two reads. */
const gapWorthReading = 500
/** Folds last used stay in memory while they remember no more paths than this together: some 100 MB. */
const maxWeight = 1_000_000

/** Overviews over a journal. The caller checks who asks. */
export function createRunOverviews(read: ReadEntries): RunOverviews {
  // In order of use.
  const folds = new Map<string, { fold: RunFold; reading: Promise<RunFold> | null }>()

  function foldOf(runId: string): Promise<RunFold> {
    const known = folds.get(runId) ?? { fold: new RunFold(), reading: null }
    folds.delete(runId)
    folds.set(runId, known)
    return (known.reading ??= readOn(runId, known.fold).finally(() => {
      known.reading = null
      forgetOldest()
    }))
  }

  async function readOn(runId: string, fold: RunFold): Promise<RunFold> {
    while (!fold.hasEnded) {
      const entries = await read(runId, { after: fold.seq, limit: entriesPerRead })
      fold.apply(entries)
      if (entries.length < entriesPerRead) break
    }
    return fold
  }

  function forgetOldest(): void {
    let weight = 0
    for (const { fold } of folds.values()) weight += fold.weight + 100
    for (const [runId, { fold, reading }] of folds) {
      if (weight <= maxWeight || folds.size === 1) return
      if (reading) continue
      folds.delete(runId)
      weight -= fold.weight + 100
    }
  }

  /** Entries of the spans, reading what lies close together at once. */
  async function readSpans(runId: string, spans: readonly ItemSpan[]): Promise<JournalEntry[]> {
    const ranges: { first: number; last: number }[] = []
    for (const { firstSeq, lastSeq } of spans.toSorted((a, b) => a.firstSeq - b.firstSeq)) {
      const before = ranges.at(-1)
      if (before && firstSeq <= before.last + gapWorthReading) before.last = Math.max(before.last, lastSeq)
      else ranges.push({ first: firstSeq, last: lastSeq })
    }
    const entries: JournalEntry[] = []
    for (const { first, last } of ranges) {
      for (let after = first - 1; after < last;) {
        const page = await read(runId, { after, limit: Math.min(entriesPerRead, last - after) })
        if (page.length === 0) break
        entries.push(...page)
        after = page.at(-1)!.seq
      }
    }
    return entries
  }

  /** Steps of items that a part of a spread map worked on are in its journal, under the same paths. */
  async function entriesOfPart(partId: string, path: string, spans: readonly ItemSpan[]): Promise<JournalEntry[]> {
    const index = (await foldOf(partId)).itemsOf(path)
    const inPart = spans.flatMap((span) => index?.spanOf(span.index) ?? [])
    return readSpans(partId, inPart)
  }

  /** The items of a container inside an item: from the events of that item alone. */
  async function nestedItems(runId: string, fold: RunFold, range: ItemRange): Promise<RunItems> {
    const { path } = range
    const bracket = path.indexOf('[')
    const index = Number(path.slice(bracket + 1, path.indexOf(']', bracket)))
    const outer = fold.itemsOf(path.slice(0, bracket))
    const span = outer?.page({ from: index, limit: 1, ended: fold.hasEnded }).spans[0]
    if (span?.index !== index) return { seq: fold.seq, path, total: 0, items: [] }
    const inside = new RunFold()
    // Shorter paths for the fold, so that the container is one without an index.
    const prefix = path.slice(0, path.lastIndexOf(']') + 2)
    const entries = (await readSpans(runId, [span])).flatMap((entry) => {
      const shortened = withoutPrefix(entry, prefix)
      return shortened ? [shortened] : []
    })
    inside.apply(entries)
    const found = inside.itemsOf(path.slice(prefix.length))?.page({ ...range, ended: fold.hasEnded })
    const items = (found?.spans ?? []).map((each) => itemOf(each, entries, path.slice(prefix.length), prefix))
    return { seq: fold.seq, path, total: found?.total ?? 0, items }
  }

  return {
    view: async (runId) => (await foldOf(runId)).overview(),
    async items(runId, range) {
      const fold = await foldOf(runId)
      const { path } = range
      if (path.includes('[')) return nestedItems(runId, fold, range)
      const { seq } = fold
      const index = fold.itemsOf(path)
      const found = index?.page({ ...range, ended: fold.hasEnded })
      const spans = found?.spans ?? []
      const inParts = new Map<string, ItemSpan[]>()
      const own: ItemSpan[] = []
      for (const span of spans) {
        const part = index?.partOf(span.index)
        if (!part) own.push(span)
        else inParts.set(part.runId, [...(inParts.get(part.runId) ?? []), span])
      }
      const entries = await readSpans(runId, own)
      for (const [partId, ofPart] of inParts) entries.push(...(await entriesOfPart(partId, path, ofPart)))
      return { seq, path, total: found?.total ?? 0, items: spans.map((span) => itemOf(span, entries, path, '')) }
    },
  }
}

function withoutPrefix(entry: JournalEntry, prefix: string): JournalEntry | null {
  const { event } = entry
  if (!('path' in event) || !event.path?.startsWith(prefix)) return null
  return { ...entry, event: { ...event, path: event.path.slice(prefix.length) } }
}

function itemOf(span: ItemSpan, entries: readonly JournalEntry[], path: string, prefix: string): RunItem {
  const { index, status, startedAt, updatedAt } = span
  const item = `${path}[${index}]`
  const own: JournalEntry[] = []
  let error: RunItem['error'] = null
  for (const entry of entries) {
    const { event } = entry
    if (!('path' in event) || !event.path?.startsWith(item)) continue
    if (event.path === item && event.type === 'item-finished') error = event.error ?? null
    else if (event.path.startsWith('.', item.length)) own.push(entry)
  }
  const steps: StepView[] = []
  for (const step of foldRun(own).steps.values()) {
    if (!step.path.includes('[', item.length)) steps.push({ ...step, path: prefix + step.path })
  }
  return { index, status, error: status === 'failed' ? error : null, startedAt, updatedAt, steps }
}
