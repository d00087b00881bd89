// npm run chaos: real worker processes on a real PostgreSQL, killed, frozen and cut off while they work. Exit 1 when anything was lost.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runChaos } from './chaos/run-chaos.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    steps: { type: 'string', default: '20' },
    workers: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '60' },
    'kill-every': { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    patience: { type: 'string', default: '180' },
    keep: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.log(
    'npm run chaos -- [--runs 500] [--steps 20] [--workers 3] [--seconds 60] [--kill-every 1] [--seed NUMBER] [--json FILE] [--patience 180] [--keep]',
  )
  process.exit(0)
}

const seconds = Number(values.seconds)
const seed = Number(values.seed)
console.log(`${values.runs} runs of ${values.steps} steps on ${values.workers} workers, seed ${seed}`)
const report = await runChaos({
  seed,
  runs: Number(values.runs),
  steps: Number(values.steps),
  workers: Number(values.workers),
  seconds,
  killEvery: Number(values['kill-every']) || null,
  freeze: { at: seconds * 0.15, length: 30 },
  databaseRestartAt: seconds * 0.75,
  stopAt: seconds * 0.6,
  patience: Number(values.patience),
  keep: values.keep,
  say: console.log,
})
for (const { runId, kind, text } of report.findings.slice(0, 50)) console.log(`${kind}: ${runId}: ${text}`)
const { findings, ...figures } = report
console.log(JSON.stringify(figures, null, 2))
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
process.exit(findings.length > 0 ? 1 : 0)
