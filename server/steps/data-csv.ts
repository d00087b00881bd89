import { z } from 'zod'
import { OrchestratorError } from '#pipeline/errors.ts'
import { anyJsonObject, defineStep } from './define-step.ts'

const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const
const numberPattern = /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/
const chunkBytes = 64 * 1024

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
  async execute({ config, files, signal }) {
    const text = config.text ?? (await files.readText(config.file ?? ''))
    const delimiter = config.delimiter === 'auto' ? findDelimiter(text) : delimiters[config.delimiter]
    const records = await readRecords(text, delimiter, signal)
    const names = config.header ? (records.shift() ?? []) : []
    const width = records.reduce((most, record) => Math.max(most, record.length), names.length)
    const columns = nameColumns(names, config.header ? names.length : width)
    const kept = config.limit === undefined ? records : records.slice(0, config.limit)
    for (const [index, record] of kept.entries()) {
      if (record.slice(columns.length).every((cell) => cell === '')) continue
      throw new OrchestratorError(
        'step-failed',
        `Row ${index + 1} has ${record.length} cells, but there are ${columns.length} columns: ${columns.join(', ')}.`,
        { fix: 'Put quotes around cells that hold the delimiter, or set the delimiter.', retryable: false },
      )
    }
    const readers = columns.map((_, column) => (config.types ? chooseReader(kept, column) : asText))
    const rows = kept.map((record) =>
      Object.fromEntries(columns.map((name, column) => [name, (readers[column] ?? asText)(record[column])])),
    )
    return { rows, columns, count: rows.length }
  },
})

async function readRecords(text: string, delimiter: string, signal: AbortSignal): Promise<string[][]> {
  const { parse } = await import('csv-parse')
  const parser = parse({ delimiter, bom: true, relax_column_count: true, skip_empty_lines: true, relax_quotes: true })
  const records: string[][] = []
  parser.on('data', (record: string[]) => records.push(record))
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', resolve)
    parser.on('error', (cause) =>
      reject(
        new OrchestratorError('step-failed', `The CSV cannot be read: ${cause.message}.`, {
          fix: 'Check the quotes, or set the delimiter.',
          cause,
          retryable: false,
        }),
      ),
    )
  })
  const feed = async () => {
    const bytes = new TextEncoder().encode(text)
    for (let start = 0; start < bytes.length && !parser.destroyed; start += chunkBytes) {
      parser.write(bytes.subarray(start, start + chunkBytes))
      // A large file must not hold up every other run of this process.
      await new Promise((resolve) => setImmediate(resolve))
      signal.throwIfAborted()
    }
    if (!parser.destroyed) parser.end()
  }
  await Promise.all([feed(), ended])
  return records
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
  if (cells.every((cell) => /^(?:true|false)$/i.test(cell))) return asBoolean
  return asText
}
