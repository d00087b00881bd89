// npm run bench [-- --json FILE]: every figure beside the limit measured in the same run, on both databases.
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { benchEngine } from './engine.ts'
import { benchJournalOnBoth } from './journal.ts'

const { values } = parseArgs({ options: { json: { type: 'string' }, rounds: { type: 'string', default: '10' } } })

const load = loadavg()[0] ?? 0
if (load > cpus().length) {
  console.log(`The machine is busy (load ${load.toFixed(1)} on ${cpus().length} cores): the figures will be too slow.`)
}

const rows = [...(await benchJournalOnBoth()), ...(await benchEngine({ rounds: Number(values.rounds) }))]

/** A rate must not fall below its limit; a time must not exceed it. */
const isRate = (unit: string): boolean => unit.endsWith('/s')
let missed = 0
const figure = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)

for (const { name, value, unit, database, limit, beside } of rows) {
  const kept = limit === undefined || (isRate(unit) ? value >= limit : value <= limit)
  if (!kept) missed++
  const bound =
    limit !== undefined
      ? `  ${isRate(unit) ? 'at least' : 'at most'} ${figure(limit)}  ${kept ? 'ok' : 'MISSED'}`
      : beside !== undefined
        ? `  beside ${figure(beside)} bare`
        : ''
  console.log(`${database.padEnd(9)} ${name.padEnd(58)} ${figure(value).padStart(9)} ${unit.padEnd(9)}${bound}`)
}
console.log(missed === 0 ? 'Every limit is kept.' : `${missed} limits are missed.`)

if (values.json) {
  const report = { node: process.version, cpus: cpus().length, load, at: new Date().toISOString(), rows }
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
}
process.exit(0)
