// Parks many runs in this process and measures what they cost it; prints the figures as a line of JSON.
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase, type Database, type DatabaseOptions } from '#db/client.ts'
import type { PipelineDocument } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { createEngine, type Engine } from '#server/engine/engine.ts'
import { testServices } from '#server/engine/testing/test-steps.ts'
import { flowApproval } from '#server/steps/flow-approval.ts'
import { flowWait } from '#server/steps/flow-wait.ts'

export interface ParkedOptions {
  place: DatabaseOptions
  dataDir: string
  /** Half of them wait for people, half for a time within one minute. */
  runs: number
}

export interface ParkedFigures {
  parkedPerSecond: number
  growthMb: number
  /** Share of a core, without runs and with them. */
  idleCpu: number
  parkedCpu: number
  woken: number
  /** From when each timer was due until its step had succeeded. */
  lateMs: number[]
  answeredPerSecond: number
}

/** Over which their times are spread. */
const spreadMs = 60_000
const idleMs = 10_000

const approvals: PipelineDocument = {
  orchestrator: 1,
  name: 'approval',
  steps: [{ id: 'ask', type: 'flow.approval', with: { title: 'May run {{ inputs.number }} go on?' } }],
}
const timers: PipelineDocument = {
  orchestrator: 1,
  name: 'timer',
  steps: [{ id: 'pause', type: 'flow.wait', with: { until: '{{ inputs.due }}' } }],
}

const steps = new Map([flowApproval, flowWait].map((step) => [step.manifest.type, step]))

async function cpuShare(milliseconds: number): Promise<number> {
  const before = process.cpuUsage()
  const began = performance.now()
  await sleep(milliseconds)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / (performance.now() - began)
}

async function settledRss(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.()
    await sleep(200)
  }
  return process.memoryUsage().rss
}

const start = (engine: Engine, document: PipelineDocument, inputs: Record<string, number>) =>
  engine.start({ scope: localScope, pipelineName: document.name, document, inputs })

async function countOf(database: Database, status: string): Promise<number> {
  const { rows } = await database.query<{ n: number }>('select count(*)::int as n from runs where status = $1', [
    status,
  ])
  return rows[0]!.n
}

async function untilCount(database: Database, status: string, count: number): Promise<void> {
  while ((await countOf(database, status)) < count) await sleep(50)
}

/** Approves whatever is open; gives how many that were. */
async function answerAll(database: Database, engine: Engine): Promise<number> {
  const { rows } = await database.query<{ id: string }>('select id from run_waits where ended_at is null')
  const by = 'bench'
  await Promise.all(rows.map(({ id }) => engine.answerWait(id, { kind: 'approved', by, at: Date.now() })))
  return rows.length
}

async function measureParked({ place, dataDir, runs }: ParkedOptions): Promise<ParkedFigures> {
  const database = await openDatabase(place)
  const engine = await createEngine({ database, steps, stepServices: () => testServices, dataDir })
  const half = runs / 2

  // Everything that is done once is done before: plans, statements, connections, and the room it takes to start and end runs.
  const warm = runs / 5
  await Promise.all(Array.from({ length: warm }, (_, number) => start(engine, approvals, { number })))
  await untilCount(database, 'waiting', warm)
  await answerAll(database, engine)
  await untilCount(database, 'succeeded', warm)
  const rssBefore = await settledRss()
  const idleCpu = await cpuShare(idleMs)

  // Far enough that none is due before all are parked and measured.
  const firstDue = Date.now() + Math.max(60_000, runs * 8) + idleMs
  const began = performance.now()
  await Promise.all(
    Array.from({ length: runs }, (_, number) =>
      number < half
        ? start(engine, approvals, { number })
        : start(engine, timers, { due: firstDue + ((number - half) * spreadMs) / half }),
    ),
  )
  await untilCount(database, 'waiting', runs)
  const parkedPerSecond = (runs / (performance.now() - began)) * 1_000
  const growthMb = ((await settledRss()) - rssBefore) / 1_000_000
  const parkedCpu = await cpuShare(idleMs)
  if (Date.now() >= firstDue) throw new Error('the runs were not parked before the first was due')

  await sleep(firstDue + spreadMs - Date.now())
  await untilCount(database, 'succeeded', warm + half)
  const { rows: timed } = await database.query<{ id: string; due: number }>(
    `select id, (inputs->>'due')::float8 as due from runs where pipeline_name = 'timer'`,
  )
  const lateMs: number[] = []
  for (const { id, due } of timed) {
    const entries = await engine.entries(id)
    const ended = entries.find(({ event }) => event.type === 'step-succeeded')
    if (ended) lateMs.push(ended.at - due)
  }

  const answering = performance.now()
  const answered = await answerAll(database, engine)
  await untilCount(database, 'succeeded', warm + runs)
  const answeredPerSecond = (answered / (performance.now() - answering)) * 1_000

  await engine.close()
  await database.close()
  return { parkedPerSecond, growthMb, idleCpu, parkedCpu, woken: lateMs.length, lateMs, answeredPerSecond }
}

console.log(JSON.stringify(await measureParked(JSON.parse(process.argv[2]!) as ParkedOptions)))
process.exit(0)
