// npm run bench [-- --only NAME,... --rounds N --full --json FILE]: every figure beside the bare cost measured in the same run.
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { benchBareHttp } from './bare-http.ts'
import { type BenchRow, isKept, lineOf } from './bench-row.ts'
import { benchEngine } from './engine.ts'
import { benchJournalOnBoth } from './journal.ts'
import { benchMap } from './map.ts'
import { benchOpenRun } from './open-run.ts'
import { benchRunLists } from './run-list.ts'
import { benchParked } from './parked.ts'
import { benchStream } from './stream.ts'
import { benchThroughput } from './throughput.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '10' },
    full: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})
const rounds = Number(values.rounds)

/** In this order. Each opens its own databases, and closes and removes them. */
const suites: Record<string, () => Promise<BenchRow[]>> = {
  http: benchBareHttp,
  journal: benchJournalOnBoth,
  engine: () => benchEngine({ rounds }),
  throughput: () => benchThroughput({ rounds }),
  map: () => benchMap(),
  'open-run': () => benchOpenRun(),
  'run-list': () => benchRunLists(values.full ? 1_000_000 : 100_000),
  stream: benchStream,
  parked: () => benchParked(),
}

const names = values.only?.split(',') ?? Object.keys(suites)
const unknown = names.filter((name) => !suites[name])
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${Object.keys(suites).join(', ')}.`)
  process.exit(2)
}

const loadAtStart = loadavg()[0] ?? 0
if (loadAtStart > cpus().length) {
  const load = loadAtStart.toFixed(1)
  console.log(`The machine is busy (load ${load} on ${cpus().length} cores): the figures will be too slow.`)
}

const rows: BenchRow[] = []
for (const name of names) {
  for (const row of await suites[name]!()) {
    rows.push(row)
    console.log(lineOf(row))
  }
}
const missed = rows.filter((row) => !isKept(row))
const load = loadavg()[0] ?? 0
console.log(`Load ${loadAtStart.toFixed(1)} at the start, ${load.toFixed(1)} at the end, on ${cpus().length} cores.`)
console.log(missed.length === 0 ? 'Every limit is kept.' : `${missed.length} limits are missed.`)

if (values.json) {
  const report = { node: process.version, cpus: cpus().length, loadAtStart, load, at: new Date().toISOString(), rows }
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
}
process.exit(missed.length === 0 ? 0 : 1)
