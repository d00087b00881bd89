// Durable steps a second at 100 concurrent runs: `node bench/throughput.ts [--rounds N]`.
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'
import type { Engine } from '#server/engine/engine.ts'
import { chain } from './bench-steps.ts'
import { type BenchRow, lineOf } from './bench-row.ts'
import { withEngineOnBoth } from './both-databases.ts'
import { inLanes } from './measure.ts'
import { finishRun, startRun } from './run-and-wait.ts'

const lanes = 100

/** The best of three rounds: what the machine does for others in one of them is no property of the engine. */
async function bestRate(engine: Engine, length: number, rounds: number): Promise<number> {
  const document = chain('bench.write', length)
  const once = async (): Promise<void> => finishRun(engine, await startRun(engine, document))
  await inLanes(lanes, lanes, once)
  const total = rounds * lanes
  let best = 0
  for (let round = 0; round < 3; round++) {
    best = Math.max(best, (total / (await inLanes(lanes, total, once))) * 1_000)
  }
  return best
}

/** Rates of runs and steps on both databases. */
export function benchThroughput({ rounds = 10 }: { rounds?: number } = {}): Promise<BenchRow[]> {
  return withEngineOnBoth(async ({ engine, database: { kind: database } }) => {
    const long = await bestRate(engine, 20, rounds)
    const short = await bestRate(engine, 1, rounds)
    return [
      { name: `durable steps at ${lanes} concurrent runs`, value: long * 20, unit: 'steps/s', database, limit: 10_000 },
      { name: `runs of 20 write steps at ${lanes} concurrent runs`, value: long, unit: 'runs/s', database },
      { name: `runs of 1 write step at ${lanes} concurrent runs`, value: short, unit: 'runs/s', database },
    ]
  })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '10' } } })
  for (const row of await benchThroughput({ rounds: Number(values.rounds) })) console.log(lineOf(row))
  process.exit(0)
}
