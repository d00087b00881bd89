import { z } from 'zod'
import { decodePieces } from '#pipeline/decode-pieces.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { anyJsonObject, defineStep } from './define-step.ts'

const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const
const numberPattern = /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/
const booleanPattern = /^(?:true|false)$/i
/** What is parsed before others have their turn. */
const pieceBytes = 64 * 1024
/** Rows of a stream that decide what its columns hold. */
const sampleRows = 1_000

type Cell = string | number | boolean | null

export const dataCsv = defineStep({
  type: 'data.csv',
  title: 'Read CSV',
  summary: 'Rows of {{ file or ("a text" if text else "a file") }}',
  icon: 'table',
  category: 'data',
  docs: `
Reads a table from a CSV file or text. The output is \`{ rows, columns, count }\`; each row is an object keyed by column.

The delimiter is found by itself unless it is set. A column in which every value is a number becomes numbers, and one of
\`true\` and \`false\` becomes booleans; empty cells of those are \`null\`. Values such as \`007\` stay text.

The port \`stream\` hands rows on to a \`flow.map\` while the file is still being read; \`rows\` is empty then. The first 1,000
rows decide what a column holds, and a value further down that is not like them stays text.
`,
  keywords: ['table', 'spreadsheet', 'tsv', 'load', 'import', 'parse', 'rows', 'excel'],
  config: z
    .strictObject({
      file: z.string().optional().meta({
        title: 'File',
        description: 'A CSV file of the workspace.',
        control: 'file',
        placeholder: '{{ inputs.table }}',
      }),
      text: z.string().optional().meta({
        title: 'Text',
        description: 'The CSV itself, instead of a file.',
        control: 'template',
        placeholder: 'name,age\nAda,36',
      }),
      delimiter: z.enum(['auto', 'comma', 'semicolon', 'tab', 'pipe']).default('auto').meta({
        title: 'Delimiter',
        description: 'What stands between two cells.',
        control: 'select',
        advanced: true,
      }),
      header: z.boolean().default(true).meta({
        title: 'First row holds the names',
        description: 'When off, the columns are called column_1, column_2 and so on.',
        control: 'toggle',
        advanced: true,
      }),
      types: z.boolean().default(true).meta({
        title: 'Recognise numbers',
        description: 'Turns columns of numbers, and of true and false, into such values.',
        control: 'toggle',
        advanced: true,
      }),
      limit: z.int().min(0).optional().meta({
        title: 'At most',
        description: 'How many rows to keep from the top; all of them when empty.',
        control: 'number',
        advanced: true,
      }),
    })
    .refine((config) => (config.file === undefined) !== (config.text === undefined), {
      error: 'Give either a file or a text.',
      path: ['file'],
    }),
  outputPorts: [{ name: 'out' }, { name: 'stream', title: 'Rows as they are read' }],
  output: z.object({
    rows: z.array(anyJsonObject).meta({ description: 'One object per row, keyed by column.' }),
    columns: z.array(z.string()).meta({ description: 'The names of the columns, in order.' }),
    count: z.int().meta({ description: 'How many rows there are.' }),
  }),
  effects: 'read',
  examples: [
    {
      title: 'A file',
      with: { file: 'people.csv' },
      files: { 'people.csv': 'name,age\nAda,36\nGrace,\n' },
      output: {
        rows: [
          { name: 'Ada', age: 36 },
          { name: 'Grace', age: null },
        ],
        columns: ['name', 'age'],
        count: 2,
      },
    },
    {
      title: 'Text with semicolons and quotes',
      with: { text: 'city;note\nZürich;"says ""hi"";\nin two lines"\n' },
      output: { rows: [{ city: 'Zürich', note: 'says "hi";\nin two lines' }], count: 1 },
    },
    {
      title: 'Without a row of names',
      with: { text: '007,true\n008,false', header: false },
      output: {
        rows: [
          { column_1: '007', column_2: true },
          { column_1: '008', column_2: false },
        ],
        columns: ['column_1', 'column_2'],
      },
    },
  ],
  async execute({ config, files, signal, streaming, ...context }) {
    const texts = config.text === undefined ? decodePieces(files.readStream(config.file!), config.file!) : [config.text]
    const groups = readRecords(texts, config.delimiter === 'auto' ? null : delimiters[config.delimiter], signal)
    const { limit = Number.POSITIVE_INFINITY } = config
    // As a stream the first rows decide what the columns are, else all of them.
    const sample = await takeRecords(groups, streaming ? sampleRows : Number.POSITIVE_INFINITY)
    const table = describeTable(sample, config, streaming)
    const head = sample.slice(0, limit)
    if (!streaming) {
      const rows = table.rowsOf(head, 0)
      return { rows, columns: table.columns, count: rows.length }
    }
    let count = head.length
    await context.yield(table.rowsOf(head, 0))
    for await (const records of groups) {
      if (count >= limit) break
      const next = records.slice(0, limit - count)
      await context.yield(table.rowsOf(next, count))
      count += next.length
    }
    return { rows: [], columns: table.columns, count }
  },
})

/** Records in groups, as much as came with one piece of the text. */
async function* readRecords(
  texts: AsyncIterable<string> | Iterable<string>,
  delimiter: string | null,
  signal: AbortSignal,
): AsyncGenerator<string[][]> {
  const { parse } = await import('csv-parse')
  let records: string[][] = []
  let failure: Error | null = null
  const open = (first: string) => {
    const options = { bom: true, relax_column_count: true, skip_empty_lines: true, relax_quotes: true }
    const parser = parse({ ...options, delimiter: delimiter ?? findDelimiter(first) })
    parser.on('data', (record: string[]) => records.push(record))
    parser.on('error', (cause) => {
      failure = new OrchestratorError('step-failed', `The CSV cannot be read: ${cause.message}.`, {
        fix: 'Check the quotes, or set the delimiter.',
        cause,
        retryable: false,
      })
    })
    return parser
  }
  let parser: ReturnType<typeof open> | null = null
  try {
    for await (const text of texts) {
      parser ??= open(text)
      // Cut as bytes: a text could be cut in the middle of a character.
      const bytes = new TextEncoder().encode(text)
      for (let start = 0; start < bytes.length; start += pieceBytes) {
        parser.write(bytes.subarray(start, start + pieceBytes))
        // A large file must not hold up every other run of this process.
        await new Promise((resolve) => setImmediate(resolve))
        signal.throwIfAborted()
        if (failure) throw failure
        if (records.length === 0) continue
        const group = records
        records = []
        yield group
      }
    }
    if (!parser) return
    const ended = new Promise((resolve) => parser?.once('close', resolve))
    parser.end()
    await ended
    if (failure) throw failure
    if (records.length > 0) yield records
  } finally {
    parser?.destroy()
  }
}

/** The first records, about as many as asked for; the rest is left to be read on. */
async function takeRecords(groups: AsyncGenerator<string[][]>, least: number): Promise<string[][]> {
  const taken: string[][] = []
  while (taken.length <= least) {
    const next = await groups.next()
    if (next.done) break
    for (const record of next.value) taken.push(record)
  }
  return taken
}

/** Takes the row of names off the records, and tells from the others what each column holds. */
function describeTable(
  records: string[][],
  config: { header: boolean; types: boolean },
  lenient: boolean,
): { columns: string[]; rowsOf(records: string[][], before: number): Record<string, Cell>[] } {
  const names = config.header ? (records.shift() ?? []) : []
  const width = records.reduce((most, record) => Math.max(most, record.length), names.length)
  const columns = nameColumns(names, config.header ? names.length : width)
  const readers = columns.map((_, column) => (config.types ? chooseReader(records, column) : asText))
  const readCell = (reader: Reader, cell: string | undefined): Cell => {
    const value = reader(cell)
    // A value that no row before was like stays what it is.
    return lenient && cell !== undefined && !isLike(reader, cell) ? cell : value
  }
  return {
    columns,
    rowsOf: (some, before) =>
      some.map((record, index) => {
        refuseMoreCells(record, columns, before + index + 1)
        return Object.fromEntries(
          columns.map((name, column) => [name, readCell(readers[column] ?? asText, record[column])]),
        )
      }),
  }
}

function refuseMoreCells(record: string[], columns: string[], row: number): void {
  if (record.length <= columns.length || record.slice(columns.length).every((cell) => cell === '')) return
  throw new OrchestratorError(
    'step-failed',
    `Row ${row} has ${record.length} cells, but there are ${columns.length} columns: ${columns.join(', ')}.`,
    { fix: 'Put quotes around cells that hold the delimiter, or set the delimiter.', retryable: false },
  )
}

/** The candidate that appears most in the first line outside quotes. */
function findDelimiter(text: string): string {
  const [firstLine = ''] = text
    .slice(0, 10_000)
    .replace(/"(?:[^"]|"")*"/g, '')
    .split(/\r?\n/, 1)
  const counts = Object.values(delimiters).map((delimiter) => [delimiter, firstLine.split(delimiter).length] as const)
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

/** Trims names, and makes empty and repeated ones distinct. */
function nameColumns(names: string[], width: number): string[] {
  const used = new Set<string>()
  return Array.from({ length: width }, (_, index) => {
    const base = names[index]?.trim() || `column_${index + 1}`
    let name = base
    for (let number = 2; used.has(name); number += 1) name = `${base}_${number}`
    used.add(name)
    return name
  })
}

type Reader = (cell: string | undefined) => Cell

const asText: Reader = (cell) => cell ?? ''
const asNumber: Reader = (cell) => (cell === undefined || cell.trim() === '' ? null : Number(cell))
const asBoolean: Reader = (cell) => (cell === undefined || cell.trim() === '' ? null : cell.toLowerCase() === 'true')

function chooseReader(records: string[][], column: number): Reader {
  const cells = records.map((record) => record[column]?.trim() ?? '').filter((cell) => cell !== '')
  if (cells.length === 0) return asText
  if (cells.every((cell) => numberPattern.test(cell))) return asNumber
  if (cells.every((cell) => booleanPattern.test(cell))) return asBoolean
  return asText
}

/** Whether a cell is what its column was found to hold. */
function isLike(reader: Reader, cell: string): boolean {
  const text = cell.trim()
  if (reader === asText || text === '') return true
  return reader === asNumber ? numberPattern.test(text) : booleanPattern.test(text)
}
