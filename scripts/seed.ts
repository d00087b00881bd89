// npm run seed -- SCENARIO: fills a data directory with named data, for people, tests and benches.
import { parseArgs } from 'node:util'
import { openAppServer } from '#server/app-server.ts'
import { readEnvironment } from '#server/read-environment.ts'
import { scenarios } from './seed/scenarios.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, data: { type: 'string' } },
})
const environment = readEnvironment(process.env)
const [name] = positionals
const scenario = name === undefined ? undefined : scenarios[name]

if (!scenario) {
  console.log('npm run seed -- SCENARIO [--seed NUMBER] [--data DIRECTORY]\n')
  for (const [title, { summary }] of Object.entries(scenarios)) console.log(`  ${title.padEnd(14)} ${summary}`)
  process.exit(name === undefined ? 0 : 2)
}

const dataDir = values.data ?? environment.dataDir
const seed = Number(values.seed)
console.log(`seeding "${name}" into ${environment.databaseUrl ?? dataDir}, seed ${seed}`)
const app = await openAppServer({
  dataDir,
  ...(environment.databaseUrl ? { databaseUrl: environment.databaseUrl } : {}),
  role: scenario.runs ? 'all' : 'web',
  samples: scenario.samples,
})
try {
  await scenario.fill(app, seed)
} finally {
  await app.close()
}
console.log('done')
