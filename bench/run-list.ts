// What a page of a long list of runs takes: `node bench/run-list.ts [--runs N]`, or DATABASE_URL of one that is seeded.
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'
import { openDatabase, type Database } from '#db/client.ts'
import { fillMillionRuns } from '#scripts/seed/million-runs.ts'
import { openAppServer } from '#server/app-server.ts'
import { localScope } from '#server/auth/scope.ts'
import { listRuns, type RunListOptions } from '#server/runs/list-runs.ts'
import { type BenchRow, lineOf } from './bench-row.ts'
import { onBothDatabases } from './both-databases.ts'
import { median, percentile, timed } from './measure.ts'

type Question = Omit<RunListOptions, 'limit'>

const dayMs = 86_400_000
const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString()

/** What people ask of a list, by what they do. */
async function questionsFor({ query }: Database): Promise<Record<string, Question[]>> {
  type Row = { id: string; pipeline_id: string }
  const { rows } = await query<Row>(
    `select id, pipeline_id from runs where parent_run_id is null and id > '0' order by id limit 3`,
  )
  const pipelines = await query<{ pipeline_id: string }>(
    'select pipeline_id from runs where parent_run_id is null group by 1 order by count(*) desc',
  )
  const ids = pipelines.rows.map((row) => row.pipeline_id)
  const some = [ids[0]!, ids[1]!, ids[ids.length >> 1]!, ids.at(-1)!]
  const statuses = ['succeeded', 'failed', 'cancelled', 'waiting', 'queued', 'paused', 'running'] as const
  return {
    filter: [
      ...statuses.map((status): Question => ({ status: [status] })),
      { status: ['failed', 'cancelled'] },
      { status: ['queued', 'running', 'waiting', 'paused'] },
      ...(['manual', 'api', 'schedule', 'cli'] as const).map((trigger): Question => ({ trigger: [trigger] })),
      ...some.map((pipelineId): Question => ({ pipelineId })),
      ...some.map((pipelineId): Question => ({ pipelineId, status: ['failed'] })),
      ...some.map((pipelineId): Question => ({ pipelineId, status: ['paused'], trigger: ['cli'] })),
      { since: daysAgo(30), before: daysAgo(29) },
      { before: daysAgo(300), status: ['failed'], trigger: ['api'] },
      { since: daysAgo(2), status: ['paused'] },
      { sourceRunId: 'source-50' },
      { keep: true },
      { keep: true, status: ['failed'] },
    ],
    search: [
      ...['invoices', 'triage', 'summarise rev', 'route orders 1', 'nobody is called this'].map((search) => ({
        search,
      })),
      ...['503', 'rate limit', 'openai', 'customer', 'customer 77000', 'is not a list'].map((search) => ({ search })),
      ...rows.map(({ id }) => ({ search: id })),
      ...rows.map(({ id }) => ({ search: id.slice(0, 10) })),
      { search: 'invoices', status: ['failed'] as const satisfies string[] },
      { search: '503', pipelineId: some[0]! },
      { search: 'customer', before: daysAgo(200) },
      { search: 'timeout of 30', trigger: ['cli'] as const satisfies string[] },
    ].map((question): Question => ({ ...question }) as Question),
    page: [{}],
  }
}

/** Milliseconds of each answer to each question, in turns. Pages are followed as far as people do, and far beyond. */
async function ask(
  database: Database,
  questions: readonly Question[],
  rounds: number,
  pages: number,
): Promise<number[]> {
  const measured: number[] = []
  const slowest: [number, string][] = []
  for (let round = 0; round <= rounds; round++) {
    for (const question of questions) {
      let cursor: string | undefined
      for (let page = 0; page < pages; page++) {
        let next: string | null = null
        const ms = await timed(async () => {
          const found = await listRuns(database.query, localScope, { ...question, cursor, limit: 50 })
          next = found.nextCursor
        })
        // The first round brings what is needed from the disk.
        if (round > 0) {
          measured.push(ms)
          slowest.push([ms, JSON.stringify(question)])
        }
        if (next === null) break
        cursor = next
      }
    }
  }
  if (process.env['BENCH_SLOWEST']) {
    for (const [ms, text] of slowest.toSorted((a, b) => b[0] - a[0]).slice(0, 12)) console.log(ms.toFixed(1), text)
  }
  return measured
}

/** Pages that begin anywhere in the list, which is what a cursor of a page far down does. */
async function askAnywhere(database: Database, count: number): Promise<number[]> {
  const measured: number[] = []
  for (let index = 0; index < count; index++) {
    const before = daysAgo((index * 7.3) % 365)
    measured.push(await timed(() => listRuns(database.query, localScope, { before, limit: 50 })))
  }
  return measured
}

/** Measures lists on a database that is filled. */
export async function benchRunList(database: Database, runs: number, rounds = 5): Promise<BenchRow[]> {
  const questions = await questionsFor(database)
  const row = (name: string, value: number, limit?: number): BenchRow => ({
    name: `${name} of ${runs.toLocaleString('en-US')} runs`,
    value,
    unit: 'ms',
    database: database.kind,
    ...(limit === undefined ? {} : { limit }),
  })
  const pages = [...(await ask(database, questions['page']!, rounds, 20)), ...(await askAnywhere(database, 60))]
  const filters = await ask(database, questions['filter']!, rounds, 3)
  const searches = await ask(database, questions['search']!, rounds, 2)
  return [
    row('a page, p50', median(pages)),
    row('a page, p95', percentile(pages, 0.95), 50),
    row('a page of a filter, p50', median(filters)),
    row('a page of a filter, p95', percentile(filters, 0.95), 50),
    row('a page of a search, p50', median(searches)),
    row('a page of a search, p95', percentile(searches, 0.95), 50),
  ]
}

/** Fills databases with so many runs, and measures. */
export const benchRunLists = (runs: number): Promise<BenchRow[]> =>
  onBothDatabases(async ({ database, dataDir }) => {
    const app = await openAppServer({ database, dataDir, role: 'web', samples: false })
    await fillMillionRuns(app, 1, runs)
    const rows = await benchRunList(database, runs)
    await app.close()
    return rows
  })

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '100000' } } })
  const url = process.env['DATABASE_URL']
  let rows: BenchRow[]
  if (url) {
    const database = await openDatabase({ url })
    const counted = await database.query<{ count: number }>('select count(*)::int as count from runs')
    rows = await benchRunList(database, counted.rows[0]!.count)
    await database.close()
  } else {
    rows = await benchRunLists(Number(values.runs))
  }
  for (const row of rows) console.log(lineOf(row))
  process.exit(0)
}
