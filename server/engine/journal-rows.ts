import type { JournalEntry, RunEvent } from '#pipeline/events.ts'

/**
 * Events lie in the journal several to a row: fewer rows, and a smaller index, are what makes it fast. A row has the seq of
 * its last event and the events as a list; rows of older releases have one event, and no list.
 */
export interface JournalRow {
  seq: number
  /** Epoch milliseconds, of all events of the row. */
  at: number
  data: RunEvent | RunEvent[]
}

/** Above 2 KB PostgreSQL would compress a row and store it elsewhere, which costs more than another row. */
const maxCharacters = 1_800

/** A row as it is written: `data` is JSON. */
export interface WrittenRow {
  seq: number
  at: number
  data: string
}

/** The events as rows: those of one moment together, as long as they are small. `at` is the time of each. */
export function packEvents(firstSeq: number, events: readonly RunEvent[], at: readonly number[]): WrittenRow[] {
  const rows: WrittenRow[] = []
  let row: WrittenRow | undefined
  for (const [index, event] of events.entries()) {
    const text = JSON.stringify(event)
    const seq = firstSeq + index
    if (row && row.at === at[index] && row.data.length + text.length < maxCharacters) {
      row.seq = seq
      row.data += `,${text}`
    } else {
      row = { seq, at: at[index]!, data: `[${text}` }
      rows.push(row)
    }
  }
  for (const each of rows) each.data += ']'
  return rows
}

/** The entries in rows that are in order, with a seq above `after`, at most `limit`. */
export function unpackRows(rows: readonly JournalRow[], after: number, limit: number): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (const { seq: last, at, data } of rows) {
    const events = Array.isArray(data) ? data : [data]
    let seq = last - events.length
    for (const event of events) {
      seq++
      if (seq <= after) continue
      if (entries.length === limit) return entries
      entries.push({ seq, at, event })
    }
  }
  return entries
}
