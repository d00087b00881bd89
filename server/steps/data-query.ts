import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { z } from 'zod'
import { durationSchema, durationToMs, type JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { anyJson, anyJsonObject, defineStep } from './define-step.ts'

export const dataQuery = defineStep({
  type: 'data.query',
  title: 'SQL query',
  summary: '{{ sql | trim | truncate(70) if sql else "Ask a question in SQL" }}',
  icon: 'database',
  category: 'data',
  docs: `
Asks a question in SQL over rows of the run. The rows given are the table \`rows\`; **More tables** adds others by name. The
output is \`{ rows, columns, count }\`.

The language is DuckDB's: joins, window functions, \`group by all\`, \`pivot\`, and fields of nested objects as
\`address.city\`. A list of plain values is a table with the column \`value\`. Files and the network cannot be reached.
Expressions in the SQL are put in as they are, so write quotes around texts: \`where city = '{{ inputs.city }}'\`.
`,
  keywords: ['sql', 'duckdb', 'select', 'join', 'group', 'table', 'window', 'pivot'],
  config: z.strictObject({
    sql: z.string().meta({
      title: 'SQL',
      description: 'The query; the table is called rows.',
      control: 'sql',
      placeholder: 'select city, count(*) as people from rows group by all',
    }),
    rows: z.array(anyJson).optional().meta({
      title: 'Rows',
      description: 'The table called rows.',
      control: 'expression',
      placeholder: '{{ load.rows }}',
    }),
    tables: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.array(anyJson))
      .default({})
      .meta({
        title: 'More tables',
        description: 'Other lists of rows, by the name they have in the query.',
        control: 'key-value',
        placeholder: '{{ customers.rows }}',
        advanced: true,
      }),
    time_limit: durationSchema.default('30s').meta({
      title: 'Time limit',
      description: 'The query is stopped when it takes longer.',
      control: 'duration',
      advanced: true,
    }),
    memory_limit: z.int().min(64).max(8192).default(512).meta({
      title: 'Memory limit',
      description: 'In megabytes.',
      control: 'number',
      advanced: true,
    }),
  }),
  output: z.object({
    rows: z.array(anyJsonObject),
    columns: z.array(z.string()).meta({ description: 'The names of the columns, in order.' }),
    count: z.int().meta({ description: 'How many rows there are.' }),
  }),
  effects: 'pure',
  examples: [
    {
      title: 'Group and sort',
      with: {
        rows: '{{ sales }}',
        sql: 'select city, sum(price) as revenue, count(*) as sales from rows group by all order by revenue desc',
      },
      scope: {
        sales: [
          { city: 'Bern', price: 10 },
          { city: 'Basel', price: 4.5 },
          { city: 'Bern', price: 20 },
        ],
      },
      output: {
        rows: [
          { city: 'Bern', revenue: 30, sales: 2 },
          { city: 'Basel', revenue: 4.5, sales: 1 },
        ],
        columns: ['city', 'revenue', 'sales'],
        count: 2,
      },
    },
    {
      title: 'Join two tables',
      with: {
        tables: { orders: '{{ orders }}', people: '{{ people }}' },
        sql: 'select people.name, orders.total from orders join people on people.id = orders.person',
      },
      scope: { orders: [{ person: 7, total: 3 }], people: [{ id: 7, name: 'Ada' }] },
      output: { rows: [{ name: 'Ada', total: 3 }] },
    },
  ],
  async execute({ config, signal }) {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    const instance = await DuckDBInstance.create(':memory:', {
      enable_external_access: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      memory_limit: `${config.memory_limit}MB`,
      threads: '2',
    })
    const connection = await instance.connect()
    let stopped = false
    let interrupting: NodeJS.Timeout | undefined
    const stop = () => {
      stopped = true
      // Again and again, because an interrupt that falls between two statements is forgotten.
      interrupting ??= setInterval(() => connection.interrupt(), 20)
    }
    const timer = setTimeout(stop, durationToMs(config.time_limit))
    signal.addEventListener('abort', stop, { once: true })
    const tables = { ...config.tables, ...(config.rows === undefined ? {} : { rows: config.rows }) }
    try {
      signal.throwIfAborted()
      for (const [name, rows] of Object.entries(tables)) await createTable(connection, name, rows)
      await connection.run('SET lock_configuration = true')
      return await query(connection, config.sql)
    } catch (error) {
      signal.throwIfAborted()
      throw queryError(error, stopped, config, tables)
    } finally {
      clearTimeout(timer)
      clearInterval(interrupting)
      signal.removeEventListener('abort', stop)
      connection.closeSync()
      instance.closeSync()
    }
  },
})

async function createTable(connection: DuckDBConnection, name: string, rows: JsonValue[]): Promise<void> {
  const isRow = (row: JsonValue) => typeof row === 'object' && row !== null && !Array.isArray(row)
  const objects = rows.every(isRow) ? rows : rows.map((value) => ({ value }))
  const table = `"${name}"`
  if (objects.every((row) => Object.keys(row as object).length === 0)) {
    // A table needs a column; of an empty list nobody knows which.
    await connection.run(`CREATE TABLE ${table} (value VARCHAR)`)
    return
  }
  const json = JSON.stringify(objects)
  const described = await connection.runAndReadAll('SELECT json_structure($1::JSON)::VARCHAR', [json])
  const structure = String(described.getRows()[0]?.[0])
    // Unsigned numbers cannot be subtracted below zero, and mixed or unknown columns are best read as text.
    .replaceAll(/"(?:UBIGINT|HUGEINT|UHUGEINT)"(?=[,}\]])/g, '"BIGINT"')
    .replaceAll(/"(?:JSON|NULL)"(?=[,}\]])/g, '"VARCHAR"')
  const literal = `'${structure.replaceAll("'", "''")}'`
  await connection.run(`CREATE TABLE ${table} AS SELECT unnest(from_json($1::JSON, ${literal}), max_depth := 2)`, [
    json,
  ])
}

async function query(connection: DuckDBConnection, sql: string) {
  const statements = await connection.extractStatements(sql)
  if (statements.count === 0) throw new Error('the SQL is empty')
  for (let index = 0; index < statements.count - 1; index += 1) {
    const statement = await statements.prepare(index)
    await statement.run()
  }
  const reader = await (await statements.prepare(statements.count - 1)).runAndReadAll()
  const rows = reader.convertRowObjects((value) => toJson(value))
  return { rows, columns: reader.deduplicatedColumnNames(), count: rows.length }
}

/** Values as JSON: whole numbers and decimals as numbers where they fit, dates and the rest as DuckDB writes them. */
function toJson(value: DuckDBValue): JsonValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if ('toDouble' in value && typeof value.toDouble === 'function') return value.toDouble() as number
  if ('items' in value) return (value.items as DuckDBValue[]).map((item) => toJson(item))
  if ('entries' in value) {
    const entries = value.entries
    if (!Array.isArray(entries)) {
      return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, toJson(entry)]))
    }
    return Object.fromEntries(entries.map((entry) => [String(entry.key), toJson(entry.value)]))
  }
  return value.toString()
}

function queryError(
  error: unknown,
  stopped: boolean,
  config: { time_limit: string; memory_limit: number },
  tables: Record<string, JsonValue[]>,
): OrchestratorError {
  const message = error instanceof Error ? error.message.trim() : String(error)
  if (stopped) {
    return new OrchestratorError('code-limit', `The query ran longer than its limit of ${config.time_limit}.`, {
      fix: 'Look for a join without a condition, or raise the time limit.',
      retryable: false,
    })
  }
  if (message.startsWith('Out of Memory')) {
    return new OrchestratorError('code-limit', `The query used more than its limit of ${config.memory_limit} MB.`, {
      fix: 'Select fewer rows or columns, or raise the memory limit.',
      cause: error,
      retryable: false,
    })
  }
  const empty = Object.entries(tables).filter(([, rows]) => rows.length === 0)
  const names = Object.keys(tables)
  const fix =
    names.length === 0
      ? 'Give rows, or add tables.'
      : empty.length > 0
        ? `The table ${empty.map(([name]) => name).join(', ')} has no rows, so its columns are not known.`
        : `The tables are: ${names.join(', ')}.`
  return new OrchestratorError('step-failed', `The query failed: ${message}`, { fix, cause: error, retryable: false })
}
