import type { JournalEntry, RunEvent } from '#pipeline/events.ts'
import type { RunItem } from './run-overview-records.ts'

/** Where in the journal an item is: from its first event to its latest, and what became of it. */
export interface ItemSpan {
  index: number
  status: RunItem['status']
  firstSeq: number
  lastSeq: number
  /** Epoch milliseconds. */
  startedAt: number
  updatedAt: number
}

/** A part of a spread map: the items `from` to `from + count` have their events in the journal of `runId`. */
export interface PartSpan {
  runId: string
  from: number
  count: number
}

/** The items of one container, by index: a few numbers each. */
export class ItemIndex {
  /** Has holes where an item has not begun. */
  readonly #spans: ItemSpan[] = []
  readonly #parts: PartSpan[] = []

  /** The part that has the events of the item; undefined when they are in the journal of the run itself. */
  partOf(index: number): PartSpan | undefined {
    return this.#parts.find(({ from, count }) => index >= from && index < from + count)
  }

  spanOf(index: number): ItemSpan | undefined {
    return this.#spans[index]
  }

  /** Takes in an event whose path has its first index at `bracket`. */
  add(path: string, bracket: number, { seq, at, event }: JournalEntry): void {
    const end = path.indexOf(']', bracket)
    const index = Number(path.slice(bracket + 1, end))
    const span = this.#span(index, seq, at)
    if (end === path.length - 1) {
      if (event.type === 'item-finished') span.status = event.error ? 'failed' : 'succeeded'
    } else if (event.type === 'step-started' && span.status !== 'running') {
      // The container was tried again.
      span.status = 'running'
    }
  }

  addPart(event: Extract<RunEvent, { type: 'part-finished' }>, { seq, at }: JournalEntry): void {
    const { runId, from, count } = event
    this.#parts.push({ runId, from, count })
    for (let index = from; index < from + count; index++) this.#span(index, seq, at).status = 'succeeded'
    for (const { index } of event.errors) this.#span(index, seq, at).status = 'failed'
  }

  /** Up to `limit` items from index `from` on, in order; with a status only such. `ended` says that nothing goes on in the run. */
  page(options: { from: number; limit: number; status?: RunItem['status'] | undefined; ended: boolean }): {
    total: number
    spans: ItemSpan[]
  } {
    const { from, limit, status, ended } = options
    const spans: ItemSpan[] = []
    let total = 0
    for (const known of this.#spans) {
      if (known === undefined) continue
      const span: ItemSpan = ended && known.status === 'running' ? { ...known, status: 'cancelled' } : known
      if (status !== undefined && span.status !== status) continue
      total++
      if (span.index >= from && spans.length < limit) spans.push(span)
    }
    return { total, spans }
  }

  #span(index: number, seq: number, at: number): ItemSpan {
    const known = this.#spans[index]
    if (known) {
      known.lastSeq = seq
      known.updatedAt = at
      return known
    }
    return (this.#spans[index] = {
      index,
      status: 'running',
      firstSeq: seq,
      lastSeq: seq,
      startedAt: at,
      updatedAt: at,
    })
  }
}
