// npm run scaling: the same computation on one worker process and on more, and what of it more workers cannot make shorter.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openDatabase } from '#db/client.ts'
import { startTestPostgres } from '#db/testing/test-postgres.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { createEngine } from '#server/engine/engine.ts'
import { testServices } from '#server/engine/testing/test-steps.ts'
import { stepRegistry } from '#server/steps/registry.ts'
import { chaosSteps } from './chaos/chaos-step.ts'
import { WorkerPool } from './chaos/worker-pool.ts'

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,2' },
    items: { type: 'string', default: '4000' },
    ms: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
})
const items = Number(values.items)
const ms = Number(values.ms)

/** Processor seconds of a process so far, by /proc. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user! + system!) / 100
}

/** Processor seconds of all processes whose command line has this text: those of a server come and go with connections. */
function cpuOfServer(port: string): number {
  let seconds = 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const isPostmaster = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(`--port=${port}`)
      if (!isPostmaster) continue
      for (const child of readFileSync(`/proc/${name}/task/${name}/children`, 'utf8').split(' ').filter(Boolean)) {
        seconds += cpuOf(Number(child))
      }
    } catch {
      // It has gone meanwhile.
    }
  }
  return seconds
}

const document: PipelineDocument = {
  orchestrator: 1,
  name: 'scaling',
  steps: [
    {
      id: 'each',
      type: 'flow.map',
      with: { items: Array.from({ length: items }, (_, index) => index), concurrency: 12 },
      steps: [{ id: 'burn', type: 'chaos.burn', with: { ms, value: '{{ item }}' } }],
    },
  ],
  outputs: { sum: '{{ each.items | sum }}' },
}

async function measure(size: number) {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-scaling-'))
  const postgres = await startTestPostgres({ durable: true, own: true })
  const data = join(folder, 'data')
  const pool = new WorkerPool(folder, { DATABASE_URL: postgres.url, ORCHESTRATOR_DATA: data })
  const database = await openDatabase({ url: postgres.url })
  const engine = await createEngine({
    database,
    steps: new Map([...stepRegistry, ...chaosSteps]),
    stepServices: () => testServices,
    dataDir: data,
    role: 'web',
  })
  try {
    await Promise.all(Array.from({ length: size }, () => pool.start().ready))
    await sleep(1_000)
    const port = new URL(postgres.url).port
    const before = { workers: pool.alive.map(({ pid }) => cpuOf(pid)), server: cpuOfServer(port) }
    const begun = performance.now()
    const runId = await engine.start({ scope: localScope, pipelineName: document.name, document, inputs: {} })
    for await (const signal of engine.watch(runId, 0, AbortSignal.timeout(600_000))) {
      if (signal.kind === 'event' && /^run-(succeeded|failed)$/.test(signal.entry.event.type)) break
    }
    const seconds = (performance.now() - begun) / 1_000
    const workers = pool.alive.map(({ pid }, index) => cpuOf(pid) - before.workers[index]!)
    const { rows } = await database.query<{ parts: number; sum: number }>(
      `select (select count(*)::int from runs where parent_run_id = $1) as parts, (outputs->>'sum')::int as sum
      from runs where id = $1`,
      [runId],
    )
    if (rows[0]!.sum !== (items * (items - 1)) / 2) throw new Error(`the sum is ${rows[0]!.sum}`)
    const used = workers.reduce((sum, each) => sum + each, 0)
    return { size, seconds, parts: rows[0]!.parts, workers, used, server: cpuOfServer(port) - before.server }
  } finally {
    await pool.close()
    await engine.close()
    await database.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const report = []
for (const size of values.workers.split(',').map(Number)) {
  const measured = await measure(size)
  report.push(measured)
  const { seconds, parts, workers, used, server } = measured
  const [alone] = report
  // What is computed is the same: all that is more is the price of sharing it.
  const more = `${(((used - alone!.used) / alone!.used) * 100).toFixed(1)}% more than alone`
  console.log(
    `${size} worker${size > 1 ? 's' : ''}: ${seconds.toFixed(1)} s in ${parts} parts; processor seconds of workers: ` +
      `${workers.map((each) => each.toFixed(2)).join(' + ')} = ${used.toFixed(2)} (${more}), of PostgreSQL ${server.toFixed(2)}; ` +
      `with a core each ${Math.max(...workers).toFixed(2)} s, ${(alone!.used / Math.max(...workers)).toFixed(2)} times as fast`,
  )
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
