/** How a value is shown in little room. Tables have at most three rows and three columns. */
export type Preview =
  | { kind: 'text'; text: string; note?: string }
  | { kind: 'number'; value: number | boolean; note?: string }
  | { kind: 'table'; columns: string[]; rows: string[][]; total: number }
  | { kind: 'list'; items: string[]; total: number }
  | { kind: 'fields'; fields: [name: string, value: string][]; total: number }
  | { kind: 'image'; path: string }
  | { kind: 'empty'; text: string }

const textLimit = 400
const cellLimit = 60

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Fields that hold what a step is about, in the order in which they are looked for. */
const mainFields = ['rows', 'items', 'text', 'object', 'body', 'value', 'results', 'entities', 'vectors']
const imagePattern = /\.(?:png|jpe?g|gif|webp|avif|svg)$/i

/** A value in one short line, for cells and fields. */
export function shortText(value: unknown, limit = cellLimit): string {
  const text =
    value === null || value === undefined
      ? '–'
      : typeof value === 'string'
        ? value.replaceAll(/\s+/g, ' ').trim()
        : typeof value === 'number'
          ? formatNumber(value)
          : Array.isArray(value)
            ? `${value.length} ${value.length === 1 ? 'item' : 'items'}`
            : isRecord(value)
              ? Object.entries(value)
                  .slice(0, 3)
                  .map(([key, entry]) => `${key}: ${isRecord(entry) || Array.isArray(entry) ? '…' : String(entry)}`)
                  .join(', ')
              : String(value)
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}

/** At most four decimals; thousands grouped from 10,000 on, since smaller numbers are often years. */
export const formatNumber = (value: number): string =>
  new Intl.NumberFormat('en', { maximumFractionDigits: 4, useGrouping: 'min2' }).format(value)

/** True lengths of what a preview cuts, by dotted path. */
export type Lengths = Readonly<Record<string, number>>

/** Decides how an output is shown on a card. Counts are the true ones, also where only a preview is at hand. */
export function previewOf(output: unknown, lengths: Lengths = {}): Preview {
  if (output === null || output === undefined) return { kind: 'empty', text: 'Nothing' }
  if (typeof output === 'string') return textPreview(output)
  if (typeof output === 'number' || typeof output === 'boolean') return { kind: 'number', value: output }
  if (Array.isArray(output)) return listPreview(output, lengths[''])
  if (!isRecord(output)) return { kind: 'text', text: String(output) }
  if (typeof output.path === 'string' && imagePattern.test(output.path)) return { kind: 'image', path: output.path }
  for (const field of mainFields) {
    const main = output[field]
    if (Array.isArray(main)) return listPreview(main, lengths[field])
    if (typeof main === 'string') return textPreview(main, noteOf(output))
    if (isRecord(main)) return fieldsPreview(main, lengths[field])
    if (typeof main === 'number') return { kind: 'number', value: main }
  }
  return fieldsPreview(output, lengths[''])
}

function textPreview(text: string, note?: string): Preview {
  if (text === '') return { kind: 'empty', text: 'Empty text' }
  return { kind: 'text', text: text.slice(0, textLimit), ...(note ? { note } : {}) }
}

const noteOf = (output: Record<string, unknown>): string | undefined =>
  typeof output.status === 'number' ? `Status ${output.status}` : undefined

function listPreview(list: unknown[], total = list.length): Preview {
  if (list.length === 0) return { kind: 'empty', text: 'Empty list' }
  const head = list.slice(0, 3)
  const records = head.filter(isRecord)
  if (records.length === head.length && records.length > 0) {
    const columns = [...new Set(records.flatMap((record) => Object.keys(record)))].slice(0, 3)
    const rows = records.map((record) => columns.map((column) => shortText(record[column], 40)))
    return { kind: 'table', columns, rows, total }
  }
  return { kind: 'list', items: head.map((item) => shortText(item)), total }
}

function fieldsPreview(record: Record<string, unknown>, total?: number): Preview {
  const entries = Object.entries(record)
  if (entries.length === 0) return { kind: 'empty', text: 'Empty object' }
  return {
    kind: 'fields',
    fields: entries.slice(0, 3).map(([name, value]) => [name, shortText(value)]),
    total: total ?? entries.length,
  }
}

/** What kind of value it is and how large, in a few words: `Table, 120 rows`. */
export function describeValue(value: unknown, lengths: Lengths = {}, path = ''): string {
  if (value === null || value === undefined) return 'Nothing'
  if (typeof value === 'string') return `Text, ${formatNumber(lengths[path] ?? value.length)} characters`
  if (typeof value === 'number') return 'Number'
  if (typeof value === 'boolean') return 'True or false'
  if (Array.isArray(value)) {
    const table = value.length > 0 && value.slice(0, 3).every(isRecord)
    return `${table ? 'Table' : 'List'}, ${formatNumber(lengths[path] ?? value.length)} ${table ? 'rows' : 'items'}`
  }
  const main = mainFields.find((field) => Array.isArray((value as Record<string, unknown>)[field]))
  if (main) return describeValue((value as Record<string, unknown>)[main], lengths, main)
  const count = lengths[path] ?? Object.keys(value as object).length
  return `Object, ${count} ${count === 1 ? 'field' : 'fields'}`
}
