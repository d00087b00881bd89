import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OrchestratorError } from '#pipeline/errors.ts'
import { dataAggregate } from './data-aggregate.ts'
import { dataCsv } from './data-csv.ts'
import { dataFilter } from './data-filter.ts'
import { dataJoin } from './data-join.ts'
import { dataJson } from './data-json.ts'
import { dataQuery } from './data-query.ts'
import { dataSort } from './data-sort.ts'
import { dataTransform } from './data-transform.ts'
import { fileWrite } from './file-write.ts'
import { runStep } from './testing/run-step.ts'
import { failureOf, outputOf } from './testing/step-outcome.ts'

describe('data.csv', () => {
  it('hands rows on as they are read, the same as those it would have given', async () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => `${n},${n % 2 === 0},name ${n}`)
    const seedFiles = { 'long.csv': `n,even,name\n${lines.join('\n')}\n` }
    const whole = (await runStep(dataCsv, { file: 'long.csv' }, {}, { seedFiles })).output as { rows: unknown[] }
    const { output, yielded } = await runStep(dataCsv, { file: 'long.csv' }, {}, { seedFiles, streaming: true })
    expect(yielded).toEqual(whole.rows)
    expect(output).toEqual({ rows: [], columns: ['n', 'even', 'name'], count: 5_000 })
    const few = await runStep(dataCsv, { file: 'long.csv', limit: 3_500 }, {}, { seedFiles, streaming: true })
    expect(few.yielded).toHaveLength(3_500)
  })

  it('keeps what is unlike the first rows of a stream as it is, and counts rows in its errors', async () => {
    const odd = (last: string) => ({ 'odd.csv': `id\n${'7\n'.repeat(60_000)}${last}\n` })
    const stream = (last: string) =>
      runStep(dataCsv, { file: 'odd.csv' }, {}, { seedFiles: odd(last), streaming: true })
    expect((await stream('007')).yielded.slice(-2)).toEqual([{ id: 7 }, { id: '007' }])
    await expect(stream('1,2')).rejects.toThrow('Row 60001 has 2 cells')
  })

  it('decides on types by column, so that codes and mixed columns stay text', async () => {
    const text = 'zip,price,flag,mixed\n01234,1.5,true,1\n99999,,FALSE,x\n'
    expect(await outputOf(dataCsv, { text })).toMatchObject({
      rows: [
        { zip: '01234', price: 1.5, flag: true, mixed: '1' },
        { zip: '99999', price: null, flag: false, mixed: 'x' },
      ],
    })
  })

  it('keeps numbers too long to hold exactly as text', async () => {
    expect(await outputOf(dataCsv, { text: 'id\n12345678901234567890\n' })).toMatchObject({
      rows: [{ id: '12345678901234567890' }],
    })
  })

  it('finds tabs, drops a byte order mark, and names empty and repeated columns', async () => {
    expect(await outputOf(dataCsv, { text: '\ufeffa\ta\t\n1\t2\t3\n' })).toMatchObject({
      columns: ['a', 'a_2', 'column_3'],
      rows: [{ a: 1, a_2: 2, column_3: 3 }],
    })
  })

  it('fills short rows and names the row that is too long', async () => {
    expect(await outputOf(dataCsv, { text: 'a,b\n1\n' })).toMatchObject({ rows: [{ a: 1, b: '' }] })
    expect((await failureOf(dataCsv, { text: 'a,b\n1,2\n1,2,3\n' })).message).toContain('Row 2 has 3 cells')
  })

  it('gives no rows for an empty text', async () => {
    expect(await outputOf(dataCsv, { text: '' })).toEqual({ rows: [], columns: [], count: 0 })
  })

  it('keeps characters whole across the parts a large text is read in', async () => {
    const names = Array.from({ length: 30_000 }, (_, n) => `ä🧀${n}`)
    const output = (await outputOf(dataCsv, { text: `name\n${names.join('\n')}\n` })) as { rows: { name: string }[] }
    expect(output.rows.map(({ name }) => name)).toEqual(names)
  })

  it('reads back what file.write wrote', async () => {
    const cell = fc
      .string({ unit: fc.constantFrom('a', ',', '"', '\n', ';', ' ', 'é', '1') })
      .map((text) => `x${text}x`)
    const row = fc.record({ first: cell, 'second, one': cell })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
        const { runStep } = await import('./testing/run-step.ts')
        const { files } = await runStep(fileWrite, { path: 'rows.csv', content: rows })
        const text = await files.readText('rows.csv')
        expect(await outputOf(dataCsv, { text, delimiter: 'comma' })).toMatchObject({ rows })
      }),
      { numRuns: 30 },
    )
  })
})

describe('data.json', () => {
  it('hands values on one after the other, of lines and of a list', async () => {
    const seedFiles = { 'a.jsonl': '{"id":1}\n\n{"id":2}\n', 'a.json': '[1,2,3]' }
    const lines = await runStep(dataJson, { file: 'a.jsonl' }, {}, { seedFiles, streaming: true })
    expect([lines.yielded, lines.output]).toEqual([[{ id: 1 }, { id: 2 }], null])
    expect((await runStep(dataJson, { file: 'a.json' }, {}, { seedFiles, streaming: true })).yielded).toEqual([1, 2, 3])
  })

  it('says where the text stops being JSON', async () => {
    const error = await failureOf(dataJson, { text: '{\n  "a": 1,\n  b: 2\n}' })
    expect(error.message).toContain('line 3, column 3')
    expect((await failureOf(dataJson, { text: '[1, 2' })).message).toContain('line 1, column 6')
  })

  it('passes on a value that is JSON already', async () => {
    expect(await outputOf(dataJson, { text: '{{ value }}' }, { value: { a: [1] } })).toEqual({ a: [1] })
  })

  it('needs exactly one of file and text', async () => {
    await expect(outputOf(dataJson, {})).rejects.toThrow(/either a file or a text/)
  })
})

describe('data.filter', () => {
  it('keeps the order and treats empty values as false', async () => {
    const items = [{ a: 1 }, { a: 0 }, { a: '' }, { a: [] }, { a: 'x' }, { a: null }]
    expect(await outputOf(dataFilter, { items, where: 'item.a' })).toEqual([{ a: 1 }, { a: 'x' }])
  })

  it('gives what an ordinary filter gives, on long lists too', async () => {
    const items = Array.from({ length: 2_000 }, (_, n) => n)
    expect(await outputOf(dataFilter, { items, where: '{{ item % 7 == 3 }}' })).toEqual(
      items.filter((n) => n % 7 === 3),
    )
  })
})

describe('data.transform', () => {
  it('shows where the code failed', async () => {
    const error = await failureOf(dataTransform, { input: 1, code: 'const a = null\nreturn a.b' })
    expect([error.code, error.info.details]).toMatchObject(['code-failed', { line: 2 }])
  })

  it('stops at its limits', async () => {
    expect((await failureOf(dataTransform, { code: 'for (;;) {}', time_limit: '200ms' })).code).toBe('code-limit')
  })

  it('puts console lines into the log', async () => {
    const { runStep } = await import('./testing/run-step.ts')
    const { logs } = await runStep(dataTransform, { input: 7, code: 'console.log("seven", input)' })
    expect(logs).toEqual([{ level: 'info', message: 'seven 7' }])
  })
})

describe('data.aggregate', () => {
  it('leaves missing values out of every measure', async () => {
    const items = [{ v: 4 }, { v: null }, {}, { v: 1 }]
    const ops = ['count', 'sum', 'avg', 'min', 'max', 'median', 'distinct', 'first', 'last', 'collect']
    const measures = ops.map((op) => ({ op, field: 'v', name: op }))
    expect(await outputOf(dataAggregate, { items, measures })).toEqual([
      { count: 2, sum: 5, avg: 2.5, min: 1, max: 4, median: 2.5, distinct: 2, first: 4, last: 1, collect: [4, 1] },
    ])
  })

  it('has one row for an empty list without groups, and none with them', async () => {
    const measures = [{ op: 'count' }, { op: 'sum', field: 'v' }, { op: 'avg', field: 'v' }]
    expect(await outputOf(dataAggregate, { items: [], measures })).toEqual([{ count: 0, sum_v: 0, avg_v: null }])
    expect(await outputOf(dataAggregate, { items: [], measures, group_by: 'city' })).toEqual([])
  })

  it('groups by nested fields and keeps missing ones as a group of their own', async () => {
    const items = [{ a: { b: 1 } }, { a: { b: '1' } }, {}, { a: { b: 1 } }]
    expect(await outputOf(dataAggregate, { items, group_by: 'a.b' })).toEqual([
      { a_b: 1, count: 2 },
      { a_b: '1', count: 1 },
      { a_b: null, count: 1 },
    ])
  })

  it('names the value that cannot be added', async () => {
    const error = await failureOf(dataAggregate, { items: [{ v: 'abc' }], measures: [{ op: 'sum', field: 'v' }] })
    expect(error.message).toBe('sum needs numbers, but "v" is "abc".')
  })

  it('counts every item in exactly one group', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ k: fc.constantFrom('a', 'b', null), v: fc.integer() })), async (items) => {
        const measures = [{ op: 'count' }, { op: 'sum', field: 'v' }]
        const groups = (await outputOf(dataAggregate, { items, group_by: 'k', measures })) as Record<string, number>[]
        const total = (name: string) => groups.reduce((sum, group) => sum + (group[name] ?? 0), 0)
        expect(total('count')).toBe(items.length)
        expect(total('sum_v')).toBe(items.reduce((sum, { v }) => sum + v, 0))
      }),
      { numRuns: 50 },
    )
  })
})

describe('data.sort', () => {
  it('keeps equal items in order and puts missing values last in both directions', async () => {
    const items = [{ k: 1, n: 1 }, { n: 2 }, { k: 0, n: 3 }, { k: 1, n: 4 }]
    const names = async (order: string) =>
      ((await outputOf(dataSort, { items, by: [{ field: 'k', order }] })) as { n: number }[]).map(({ n }) => n)
    expect(await names('ascending')).toEqual([3, 1, 4, 2])
    expect(await names('descending')).toEqual([1, 4, 3, 2])
  })

  it('goes on to the next field where the first is equal', async () => {
    const items = [
      { a: 1, b: 2 },
      { a: 0, b: 1 },
      { a: 1, b: 1 },
    ]
    const by = [{ field: 'a', order: 'descending' }, { field: 'b' }]
    expect(await outputOf(dataSort, { items, by })).toEqual([items[2], items[0], items[1]])
  })
})

describe('data.join', () => {
  it('repeats a row for each match, and matches numbers with their texts', async () => {
    const output = await outputOf(dataJoin, {
      left: [{ id: 1 }, { id: null }],
      right: [
        { id: '1', x: 'a' },
        { id: 1, x: 'b' },
        { id: null, x: 'c' },
      ],
      left_field: 'id',
      kind: 'left',
    })
    expect(output).toEqual([{ id: 1, x: 'a' }, { id: 1, x: 'b' }, { id: null }])
  })
})

describe('data.query', () => {
  const rows = [
    { name: 'Ada', born: '1815-12-10', tags: ['x', 'y'], address: { city: 'London' }, score: 1 },
    { name: "O'Neil", born: null, tags: [], address: null, score: 'high' },
  ]

  it('sees nested values, mixed columns and dates', async () => {
    const sql = `select name, address.city, len(tags) as tags, score, born::date + 1 as next, sum(1) over () as n,
      1.5::decimal(4,2) as d, {'a': [1, 2]} as nested, map {'k': 1} as m, 'x' = 'x' as yes from rows order by name`
    expect(await outputOf(dataQuery, { rows, sql })).toEqual({
      columns: ['name', 'city', 'tags', 'score', 'next', 'n', 'd', 'nested', 'm', 'yes'],
      count: 2,
      rows: [
        {
          name: 'Ada',
          city: 'London',
          tags: 2,
          score: '1',
          next: '1815-12-11',
          n: 2,
          d: 1.5,
          nested: { a: [1, 2] },
          m: { k: 1 },
          yes: true,
        },
        {
          name: "O'Neil",
          city: null,
          tags: 0,
          score: 'high',
          next: null,
          n: 2,
          d: 1.5,
          nested: { a: [1, 2] },
          m: { k: 1 },
          yes: true,
        },
      ],
    })
  })

  it('keeps hostile column names what they are', async () => {
    const odd = `it's "quoted"; drop table rows`
    expect(await outputOf(dataQuery, { rows: [{ [odd]: 1 }], sql: 'select * from rows' })).toMatchObject({
      rows: [{ [odd]: 1 }],
    })
  })

  it('takes plain values, empty lists and several statements', async () => {
    expect(await outputOf(dataQuery, { rows: [3, 4], sql: 'select sum(value) as total from rows' })).toMatchObject({
      rows: [{ total: 7 }],
    })
    expect(await outputOf(dataQuery, { rows: [], sql: 'select count(*) as n from rows' })).toMatchObject({
      rows: [{ n: 0 }],
    })
    const sql = 'create temp table t as select 1 as a; insert into t values (2); select a from t order by a desc;'
    expect(await outputOf(dataQuery, { sql })).toMatchObject({ rows: [{ a: 2 }, { a: 1 }] })
  })

  it.each([
    `select * from read_csv('/etc/passwd')`,
    `select * from read_text('/etc/hostname')`,
    `copy (select 1) to '/tmp/out.csv'`,
    `attach '/tmp/other.db'`,
    `install httpfs`,
    `load httpfs`,
    `set enable_external_access = true`,
    `set memory_limit = '90GB'`,
    `select * from glob('/*')`,
    `export database '/tmp/out'`,
  ])('cannot reach outside: %s', async (sql) => {
    expect((await failureOf(dataQuery, { rows, sql })).code).toBe('step-failed')
  })

  it('stops at its time and memory limits', async () => {
    const slow = 'select count(*) from range(1000000) a, range(1000000) b where (a.range * b.range) % 7 = 3'
    expect((await failureOf(dataQuery, { sql: slow, time_limit: '200ms' })).code).toBe('code-limit')
    const large = 'select list(i::varchar || random()::varchar) from range(50000000) t(i)'
    expect((await failureOf(dataQuery, { sql: large, memory_limit: 64 })).code).toBe('code-limit')
  })

  it('can be cancelled', async () => {
    const { runStep } = await import('./testing/run-step.ts')
    const sql = 'select count(*) from range(1000000) a, range(1000000) b where (a.range * b.range) % 7 = 3'
    await expect(runStep(dataQuery, { sql }, {}, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })

  it('names the tables there are when the query does not fit them', async () => {
    const error = await failureOf(dataQuery, { rows, sql: 'select * from people' })
    expect(error).toBeInstanceOf(OrchestratorError)
    expect(error.message).toContain('people')
    expect(error.info.fix).toBe('The tables are: rows.')
  })
})
