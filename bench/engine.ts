// What steps cost beside the statements they stand on: `node bench/engine.ts [--rounds N]`.
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'
import { openDatabase, type Database } from '#db/client.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import type { RunEvent } from '#pipeline/events.ts'
import type { Engine } from '#server/engine/engine.ts'
import { appendStatement } from '#server/engine/journal-statement.ts'
import { chain, executed, fanOut } from './bench-steps.ts'
import { type BenchRow, lineOf } from './bench-row.ts'
import { type BenchDatabase, openBenchEngine, withEngineOnBoth } from './both-databases.ts'
import { median, times } from './measure.ts'
import { finishRun, isEnd, startRun } from './run-and-wait.ts'

/** Milliseconds from a run's first step to its end being durable and seen, which is what its steps cost. */
async function runMs(engine: Engine, document: PipelineDocument): Promise<number> {
  executed.first = 0
  await finishRun(engine, await startRun(engine, document))
  return performance.now() - executed.first
}

const journalled = (path: string): RunEvent[] => [
  { type: 'step-succeeded', path, attempt: 1, output: { value: 1 }, ports: ['out'], durationMs: 0.01 },
  { type: 'step-started', path, attempt: 1, inputs: { value: 1 } },
]

/** What the database alone takes for what a step writes: the costs the engine is held against. */
async function createBareWrites(database: Database, engine: Engine) {
  const runId = await startRun(engine, chain('bench.pure', 1))
  await finishRun(engine, runId)
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
      const { text, parameters, name } = appendStatement([batch], {
        notify: database.kind === 'postgres',
        retry: false,
      })
      return database.query(text, parameters, name)
    },
  }
}

interface Chain {
  effects: 'pure' | 'write'
  length: number
  /** Milliseconds per step, and in bare appends measured right before and after. */
  perStep: number[]
  ratios: number[]
}

async function benchDatabase(
  { database, engine, place, dataDir }: BenchDatabase & { engine: Engine },
  rounds: number,
): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  const add = (name: string, value: number, unit: string, more: Pick<BenchRow, 'limit' | 'beside'> = {}): void => {
    rows.push({ name, value: Math.round(value * 1_000) / 1_000, unit, database: database.kind, ...more })
  }
  const bare = await createBareWrites(database, engine)
  for (let warmUp = 0; warmUp < 10; warmUp++) {
    for (const effects of ['pure', 'write'] as const) await runMs(engine, chain(`bench.${effects}`, 20))
  }
  await times(100, bare.append)

  // In turns, so that a machine that is busy for a moment is so for all of them.
  const single: number[] = []
  const fifty: number[] = []
  const append: number[] = []
  const fan: number[] = []
  const chains = [20, 100].flatMap((length) =>
    (['pure', 'write'] as const).map((effects): Chain => ({ effects, length, perStep: [], ratios: [] })),
  )
  for (let round = 0; round < rounds; round += 1) {
    single.push(...(await times(20, bare.singleRow)))
    fifty.push(...(await times(10, bare.fiftyRows)))
    for (const { effects, length, perStep, ratios } of chains) {
      const document = chain(`bench.${effects}`, length)
      const before = await times(20, bare.append)
      const ms = (await runMs(engine, document)) / length
      const beside = [...before, ...(await times(20, bare.append))]
      perStep.push(ms)
      ratios.push(ms / median(beside))
      append.push(...beside)
    }
    fan.push((await runMs(engine, fanOut(50))) / 52)
  }
  const bareAppend = median(append)
  add('bare single-row insert', median(single), 'ms')
  add('bare insert of 50 rows with NOTIFY', median(fifty), 'ms')
  add('bare journal append of 2 events', bareAppend, 'ms')
  for (const { effects, length, perStep, ratios } of chains) {
    const name = `chain of ${length} ${effects} steps`
    if (effects === 'pure') add(name, median(perStep), 'ms per step', { limit: 0.1 })
    else {
      add(name, median(perStep), 'ms per step', { beside: bareAppend })
      add(`${name}, in bare appends`, median(ratios), 'x', { limit: 1.5 })
    }
  }
  add('fan-out of 50 write steps', median(fan), 'ms per step')
  const { starts, arrivals } = await benchStarts({ database, engine, place, dataDir }, rounds * 5)
  add('from start() to the first step, p50', median(starts), 'ms', { limit: 10 })
  add('from the end of a step to a subscriber, p50', median(arrivals), 'ms')
  return rows
}

/** On PostgreSQL the subscriber is another process, as far as the database can tell. */
async function benchStarts(on: BenchDatabase & { engine: Engine }, count: number) {
  const { engine, place, dataDir } = on
  const other = on.database.kind === 'postgres' ? await openDatabase(place) : undefined
  const watching = other ? await openBenchEngine({ database: other, dataDir }, 'web') : engine
  const starts: number[] = []
  const arrivals: number[] = []
  for (let round = 0; round < count; round += 1) {
    const begun = performance.now()
    const runId = await startRun(engine, chain('bench.write', 1))
    const stop = new AbortController()
    for await (const signal of watching.watch(runId, 0, stop.signal)) {
      if (signal.kind !== 'event') continue
      if (signal.entry.event.type === 'step-succeeded') arrivals.push(performance.now() - executed.latest)
      if (isEnd(signal.entry)) break
    }
    stop.abort()
    starts.push(executed.latest - begun)
  }
  if (other) {
    await watching.close()
    await other.close()
  }
  return { starts, arrivals }
}

/** Costs of steps and of starting a run, on both databases. */
export const benchEngine = ({ rounds = 10 }: { rounds?: number } = {}): Promise<BenchRow[]> =>
  withEngineOnBoth((on) => benchDatabase(on, rounds))

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '10' } } })
  for (const row of await benchEngine({ rounds: Number(values.rounds) })) console.log(lineOf(row))
  process.exit(0)
}
