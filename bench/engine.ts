import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Database } from '#db/client.ts'
import { createPlaces } from '#db/testing/places.ts'
import { startTestPostgres } from '#db/testing/test-postgres.ts'
import type { JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'
import type { JournalEntry, RunEvent } from '#pipeline/events.ts'
import { localScope } from '#server/auth/scope.ts'
import { createEngine, type Engine } from '#server/engine/engine.ts'
import { appendStatement } from '#server/engine/journal-statement.ts'
import { testServices } from '#server/engine/testing/test-steps.ts'
import type { BenchRow } from './bench-row.ts'
import { defineStep } from '#server/steps/define-step.ts'
import { z } from 'zod'

const shape = { summary: '', icon: 'box', category: 'data' as const, docs: '', examples: [] }
const config = z.strictObject({ value: z.json().optional() })
/** performance.now() of the first and the latest execution of a step since `firstExecutedAt` was reset. */
let firstExecutedAt = 0
let executedAt = 0
const steps = new Map(
  (['pure', 'write'] as const).map((effects) => {
    const type = `bench.${effects}`
    const step = defineStep({
      ...shape,
      type,
      title: type,
      config,
      output: z.json(),
      effects,
      execute(context) {
        executedAt = performance.now()
        firstExecutedAt ||= executedAt
        return context.config.value ?? null
      },
    })
    return [type, step] as const
  }),
)

/** A chain in which every step adds one to what the step before it gave. */
function chain(type: string, length: number): PipelineDocument {
  const chained = Array.from({ length }, (_, index): Step => {
    const before = `s${index - 1}`
    if (index === 0) return { id: 's0', type, with: { value: 0 } }
    return { id: `s${index}`, type, needs: [before], with: { value: `{{ ${before} + 1 }}` } }
  })
  return { orchestrator: 1, name: 'chain', steps: chained }
}

function fanOut(width: number): PipelineDocument {
  const ids = Array.from({ length: width }, (_, index) => `f${index}`)
  return {
    orchestrator: 1,
    name: 'fan-out',
    steps: [
      { id: 'root', type: 'bench.write', with: { value: 1 } },
      ...ids.map((id) => ({ id, type: 'bench.write', needs: ['root'], with: { value: '{{ root }}' } })),
      { id: 'join', type: 'bench.write', needs: ids, with: { value: 1 } },
    ],
  }
}

const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const start = (engine: Engine, document: PipelineDocument, inputs: Record<string, JsonValue> = {}) =>
  engine.start({ scope: localScope, pipelineName: document.name, document, inputs })

const isEnd = ({ event }: JournalEntry): boolean => event.type === 'run-succeeded' || event.type === 'run-failed'

/** Watches a run to its end. */
async function finish(engine: Engine, runId: string): Promise<void> {
  const stop = new AbortController()
  for await (const signal of engine.watch(runId, 0, stop.signal)) {
    if (signal.kind !== 'event') continue
    if (isEnd(signal.entry)) {
      if (signal.entry.event.type === 'run-failed') throw new Error(signal.entry.event.error.message)
      break
    }
  }
  stop.abort()
}

/** Milliseconds from a run's first step to its end being durable and seen, which is what its steps cost. */
async function runMs(engine: Engine, document: PipelineDocument): Promise<number> {
  firstExecutedAt = 0
  await finish(engine, await start(engine, document))
  return performance.now() - firstExecutedAt
}

const journalled = (path: string): RunEvent[] => [
  { type: 'step-succeeded', path, attempt: 1, output: { value: 1 }, ports: ['out'], durationMs: 0.01 },
  { type: 'step-started', path, attempt: 1, inputs: { value: 1 } },
]

/** What the database alone takes for what a step writes: the limits the engine is held against. */
async function createBareWrites(database: Database, engine: Engine) {
  const runId = await start(engine, chain('bench.pure', 1))
  await finish(engine, runId)
  // The engine has let go of it: the rows that follow are ours.
  const { rows } = await database.query<{ epoch: number }>('select epoch from runs where id = $1', [runId])
  const epoch = rows[0]!.epoch
  let seq = 1_000
  await database.query('create table if not exists bench_rows (id int, data json)')
  const data = JSON.stringify(journalled('s1')[0])
  return {
    singleRow: () => database.query('insert into bench_rows values ($1, $2::json)', [1, data], 'bench-single'),
    fiftyRows: () =>
      database.query(
        `with added as (insert into bench_rows select n, $1::json from generate_series(1, 50) n returning id)
        select pg_notify('bench', count(*)::text) from added`,
        [data],
        'bench-fifty',
      ),
    append() {
      const events = journalled('s1')
      const batch = { runId, epoch, firstSeq: seq, at: events.map(() => Date.now()), events }
      seq += events.length
      const { text, parameters, name } = appendStatement([batch], { notify: true, retry: false })
      return database.query(text, parameters, name)
    },
  }
}

async function times(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const measured: number[] = []
  for (let round = 0; round < count; round += 1) measured.push(await timed(work))
  return measured
}

async function benchDatabase(
  database: Database,
  engine: Engine,
  openWatching: () => Promise<{ watching: Engine; close(): Promise<void> }>,
  rounds: number,
): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  const add = (name: string, value: number, unit: string, limit?: number): void => {
    const rounded = Math.round(value * 1_000) / 1_000
    rows.push({ name, value: rounded, unit, database: database.kind, ...(limit === undefined ? {} : { limit }) })
  }
  const bare = await createBareWrites(database, engine)
  for (const document of [chain('bench.pure', 20), chain('bench.write', 20)]) await runMs(engine, document)
  await times(50, bare.append)

  // In turns, so that a machine that is busy for a moment is so for all of them.
  const single: number[] = []
  const fifty: number[] = []
  const append: number[] = []
  const chains = [20, 100].flatMap((length) =>
    (['pure', 'write'] as const).map((effects) => ({ effects, length, perStep: [] as number[] })),
  )
  const fan: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    single.push(...(await times(20, bare.singleRow)))
    fifty.push(...(await times(10, bare.fiftyRows)))
    for (const { effects, length, perStep } of chains) {
      append.push(...(await times(20, bare.append)))
      perStep.push((await runMs(engine, chain(`bench.${effects}`, length))) / length)
    }
    fan.push((await runMs(engine, fanOut(50))) / 52)
  }
  const bareAppend = median(append)
  add('bare single-row insert', median(single), 'ms')
  add('bare insert of 50 rows with NOTIFY', median(fifty), 'ms')
  add('bare journal append of 2 events with NOTIFY', bareAppend, 'ms')
  for (const { effects, length, perStep } of chains) {
    const limit = effects === 'pure' ? 0.2 : Math.round(bareAppend * 2_000) / 1_000
    add(`chain of ${length} ${effects} steps`, median(perStep), 'ms per step', limit)
  }
  add('fan-out of 50 write steps', median(fan), 'ms per step')

  const { watching, close } = await openWatching()
  const starts: number[] = []
  const arrivals: number[] = []
  for (let round = 0; round < rounds * 5; round += 1) {
    const begun = performance.now()
    const runId = await start(engine, chain('bench.write', 1))
    const stop = new AbortController()
    for await (const signal of watching.watch(runId, 0, stop.signal)) {
      if (signal.kind !== 'event') continue
      if (signal.entry.event.type === 'step-succeeded') arrivals.push(performance.now() - executedAt)
      if (isEnd(signal.entry)) break
    }
    stop.abort()
    starts.push(executedAt - begun)
  }
  await close()
  add('from start() to the first step', median(starts), 'ms')
  add('from the end of a step to a subscriber', median(arrivals), 'ms')

  const concurrent = await benchConcurrency(engine, rounds)
  add('durable steps at 50 concurrent runs', concurrent.stepsPerSecond, 'steps/s', 3_000)
  add('runs of 20 write steps at 50 concurrent runs', concurrent.runsPerSecond, 'runs/s')
  const short = await benchConcurrency(engine, rounds, 1)
  add('runs of 1 write step at 50 concurrent runs', short.runsPerSecond, 'runs/s')
  return rows
}

async function benchConcurrency(engine: Engine, rounds: number, length = 20) {
  const total = rounds * 50
  const document = chain('bench.write', length)
  let begun = 0
  const lane = async (): Promise<void> => {
    while (begun < total) {
      begun += 1
      await finish(engine, await start(engine, document))
    }
  }
  const ms = await timed(() => Promise.all(Array.from({ length: 50 }, lane)))
  return { runsPerSecond: (total / ms) * 1_000, stepsPerSecond: ((total * length) / ms) * 1_000 }
}

/** Every figure of the engine on PGlite in a folder and on a PostgreSQL that syncs its commits to the disk. */
export async function benchEngine({ rounds = 10 }: { rounds?: number } = {}): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  const dataDir = await mkdtemp(join(tmpdir(), 'orchestrator-bench-'))
  const folders = createPlaces('pglite')
  const postgres = await startTestPostgres({ durable: true })
  try {
    for (const place of [await folders.make(), { url: postgres.url }]) {
      const database = await openDatabase(place)
      const options = { database, steps, stepServices: () => testServices, dataDir }
      const engine = await createEngine(options)
      const openWatching = async () => {
        if (database.kind === 'pglite') return { watching: engine, close: async () => {} }
        // On PostgreSQL the subscriber is another process, as far as the database can tell.
        const other = await openDatabase(place)
        const watching = await createEngine({ ...options, database: other, role: 'web' })
        const close = async (): Promise<void> => {
          await watching.close()
          await other.close()
        }
        return { watching, close }
      }
      rows.push(...(await benchDatabase(database, engine, openWatching, rounds)))
      await engine.close()
      await database.close()
    }
  } finally {
    await postgres.stop()
    await folders.remove()
    await rm(dataDir, { recursive: true, force: true })
  }
  return rows
}
