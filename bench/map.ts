// What an item of a map costs, of a short one and of a long one: `node bench/map.ts`.
import { pathToFileURL } from 'node:url'
import type { Engine } from '#server/engine/engine.ts'
import { mapOverNumbers } from './bench-steps.ts'
import { type BenchRow, lineOf } from './bench-row.ts'
import { withEngineOnBoth } from './both-databases.ts'
import { median, timed } from './measure.ts'
import { finishRun, startRun } from './run-and-wait.ts'

const runMap = (engine: Engine, count: number): Promise<number> =>
  timed(async () => finishRun(engine, await startRun(engine, mapOverNumbers, { count })))

/** Time per item of maps of 10,000 and 100,000 items, in turns, and how they compare. */
export function benchMap({ rounds = 3 }: { rounds?: number } = {}): Promise<BenchRow[]> {
  return withEngineOnBoth(async ({ engine, database: { kind: database } }) => {
    await runMap(engine, 10_000)
    const short: number[] = []
    const long: number[] = []
    for (let round = 0; round < rounds; round++) {
      short.push((await runMap(engine, 10_000)) / 10_000)
      long.push((await runMap(engine, 100_000)) / 100_000)
      short.push((await runMap(engine, 10_000)) / 10_000)
    }
    const ratio = median(long) / median(short)
    return [
      { name: 'item of a map of 10,000', value: median(short), unit: 'ms', database },
      { name: 'item of a map of 100,000', value: median(long), unit: 'ms', database },
      { name: 'item of the long map, in items of the short one', value: ratio, unit: 'x', database, limit: 1.2 },
    ]
  })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const row of await benchMap()) console.log(lineOf(row))
  process.exit(0)
}
