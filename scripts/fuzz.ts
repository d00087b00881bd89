// npm run fuzz: random documents and expressions through everything that reads them. Exit 1 when one crashes or hangs.
import { parseArgs } from 'node:util'
import { type FuzzKind, fuzzKinds } from './fuzz/inputs.ts'
import { runFuzz } from './fuzz/run-fuzz.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    from: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '3600' },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.log(
    'npm run fuzz -- [--count 10000] [--seed NUMBER] [--from 0] [--seconds 3600] [--only documents|expressions]',
  )
  process.exit(0)
}

let found = 0
for (const kind of fuzzKinds.filter((name: FuzzKind) => values.only === undefined || name === values.only)) {
  const seed = Number(values.seed)
  const from = Number(values.from)
  console.log(`${kind}: ${values.count} from ${from}, seed ${seed}`)
  const started = performance.now()
  let printed = started
  const report = await runFuzz({
    kind,
    seed,
    from,
    count: Number(values.count),
    limitMs: Number(values.seconds) * 1_000,
    onProgress(done) {
      if (performance.now() - printed < 30_000) return
      printed = performance.now()
      console.log(`  ${done} done`)
    },
  })
  for (const { index, kind: how, error, input } of report.findings.slice(0, 50)) {
    console.log(
      `\n${how}: --only ${kind} --seed ${seed} --from ${index} --count 1\n${JSON.stringify(input.slice(0, 2_000))}\n${error}`,
    )
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(0)
  const { index, ms } = report.slowest
  console.log(
    `${kind}: ${report.done} done in ${seconds} s, ${report.findings.length} findings; the slowest, ${index}, took ${ms.toFixed(0)} ms`,
  )
  found += report.findings.length
}
process.exit(found > 0 ? 1 : 0)
