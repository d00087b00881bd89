import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase, type Database } from '#db/client.ts'
import { startTestPostgres, type TestPostgres } from '#db/testing/test-postgres.ts'
import { localScope } from '#server/auth/scope.ts'
import { createEngine, type Engine } from '#server/engine/engine.ts'
import { patiently } from '#server/engine/patiently.ts'
import { testServices } from '#server/engine/testing/test-steps.ts'
import { stepRegistry } from '#server/steps/registry.ts'
import { createRandom, pick } from '#scripts/seed/random.ts'
import { chaosSteps, type Effect } from './chaos-step.ts'
import { type Finding, judge, readEffects } from './judge.ts'
import { createScenarios, type Scenario } from './scenarios.ts'
import { type Kill, percentile, takeoverTimes } from './takeovers.ts'
import { WorkerPool } from './worker-pool.ts'

/** Times in seconds; `null` leaves that kind of trouble out. */
export interface ChaosOptions {
  seed: number
  runs: number
  steps: number
  workers: number
  /** Runs are started evenly over this time. */
  seconds: number
  /** A random worker at work is killed this often, as long as another one is at work. */
  killEvery: number | null
  /** A worker is frozen at `at` for `length`. */
  freeze: { at: number; length: number } | null
  /** The database is killed at this time and started again a second later. */
  databaseRestartAt: number | null
  /** A worker is told to stop in order, and replaced, at this time. */
  stopAt: number | null
  /** After the last start, runs that have not ended in this time are stuck. */
  patience: number
  /** Leaves the folder with the logs behind. */
  keep?: boolean
  /** Extra environment of the workers. */
  environment?: Record<string, string>
  say(line: string): void
}

/** What the suite reports. Times in milliseconds. */
export interface ChaosReport {
  seed: number
  runs: number
  asExpected: number
  completedStepsRepeated: number
  stuck: number
  stepsPerRun: number
  kills: number
  stops: number
  freezes: number
  databaseRestarts: number
  /** Attempts under way at a kill or freeze that were carried out once more: the price of at-least-once. */
  stepsInFlightRepeated: number
  takeover: { runs: number; p50: number | null; p95: number | null; max: number | null }
  handover: { runs: number; p50: number | null; max: number | null }
  seconds: number
  runsPerSecond: number
  findings: Finding[]
}

/** Runs the whole suite in a folder of its own, on a PostgreSQL of its own. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const folder = await mkdtemp(join(tmpdir(), 'orchestrator-chaos-'))
  // What was committed must be there after the crash, or the loss would be the test's.
  const postgres = await startTestPostgres({ durable: 'crash', own: true })
  const environment = {
    ...options.environment,
    SPREAD_MAPS_FROM: '100',
    DATABASE_URL: postgres.url,
    ORCHESTRATOR_DATA: join(folder, 'data'),
  }
  const pool = new WorkerPool(folder, environment)
  let database: Database | undefined
  let engine: Engine | undefined
  try {
    database = await openDatabase({ url: postgres.url })
    engine = await createEngine({
      database,
      steps: new Map([...stepRegistry, ...chaosSteps]),
      stepServices: () => testServices,
      dataDir: join(folder, 'data'),
      role: 'web',
      onProblem: (message, cause) => options.say(`  starter: ${message}: ${String(cause)}`),
    })
    return await carryOut(options, { folder, postgres, pool, database, engine })
  } finally {
    await pool.close()
    await engine?.close()
    await database?.close()
    await postgres.stop()
    if (options.keep) options.say(`what the workers said: ${folder}`)
    else await rm(folder, { recursive: true, force: true })
  }
}

interface Stage {
  folder: string
  postgres: TestPostgres
  pool: WorkerPool
  database: Database
  engine: Engine
}

async function carryOut(options: ChaosOptions, stage: Stage): Promise<ChaosReport> {
  const { pool, database, folder } = stage
  await Promise.all(Array.from({ length: options.workers }, () => pool.start().ready))
  options.say(`${options.workers} workers are ready`)
  const begun = Date.now()
  const over = new AbortController()
  const trouble = makeTrouble(options, stage, over.signal)
  const started = await startRuns(options, stage)
  await allEnded(database, options.patience * 1_000)
  const seconds = (Date.now() - begun) / 1_000
  over.abort()
  options.say('judging')
  const { kills, stops, freezes, databaseRestarts } = await trouble

  const effects = readEffects(folder)
  const findings = await judge(database, started, effects)
  for (const text of pool.diedAlone) findings.push({ runId: '', kind: 'worker-died', text })
  const wrong = new Set(findings.filter(({ runId }) => runId).map(({ runId }) => runId))
  // A run that waits for a time stands still for that reason.
  const prompt = new Map([...effects].filter(([runId]) => started.get(runId)?.document.name !== 'wait'))
  const takeovers = takeoverTimes(kills, prompt)
  const handovers = takeoverTimes(stops, prompt)
  return {
    seed: options.seed,
    runs: started.size,
    asExpected: started.size - wrong.size,
    completedStepsRepeated: findings.filter(({ kind }) => kind === 'repeated').length,
    stuck: findings.filter(({ kind }) => kind === 'stuck').length,
    stepsPerRun: options.steps,
    kills: kills.length,
    stops: stops.length,
    freezes,
    databaseRestarts,
    stepsInFlightRepeated: repeatedAttempts(effects),
    takeover: {
      runs: takeovers.length,
      p50: percentile(takeovers, 0.5),
      p95: percentile(takeovers, 0.95),
      max: percentile(takeovers, 1),
    },
    handover: { runs: handovers.length, p50: percentile(handovers, 0.5), max: percentile(handovers, 1) },
    seconds,
    runsPerSecond: started.size / seconds,
    findings,
  }
}

/** Starts all runs, evenly spread; each start that fails because the database is away is made again. */
async function startRuns(options: ChaosOptions, { engine }: Stage): Promise<Map<string, Scenario>> {
  const { runs, steps, seconds, seed } = options
  const scenarioOf = createScenarios(createRandom(seed), steps)
  const started = new Map<string, Scenario>()
  const begun = performance.now()
  const starting: Promise<void>[] = []
  for (let index = 0; index < runs; index += 1) {
    const due = begun + (seconds * 1_000 * index) / runs
    if (due > performance.now()) await sleep(due - performance.now())
    const scenario = scenarioOf(index)
    const { document } = scenario
    const request = { scope: localScope, pipelineName: document.name, document, inputs: {} }
    starting.push(patiently(() => engine.start(request)).then((runId) => void started.set(runId, scenario)))
  }
  await Promise.all(starting)
  return started
}

/** Kills, freezes and restarts as the options say, until the signal; everything random comes from the seed. */
async function makeTrouble(
  options: ChaosOptions,
  { pool, postgres }: Stage,
  signal: AbortSignal,
): Promise<{ kills: Kill[]; stops: Kill[]; freezes: number; databaseRestarts: number }> {
  const { seed, killEvery, freeze, databaseRestartAt, stopAt, say } = options
  const random = createRandom(seed + 1)
  const kills: Kill[] = []
  const stops: Kill[] = []
  const counts = { freezes: 0, databaseRestarts: 0 }
  const after = async (seconds: number, act: () => Promise<void>): Promise<void> => {
    const due = await sleep(seconds * 1_000, true, { signal }).catch(() => false)
    if (due) await act()
  }

  const killing = async (): Promise<void> => {
    while (killEvery !== null && !signal.aborted) {
      await after(killEvery, async () => {
        // One is always left: on a machine so slow that workers are killed while they start, nothing would ever be done.
        const victim = pool.atWork.length > 1 ? pick(random, pool.atWork) : undefined
        if (!victim) return
        kills.push({ pid: victim.pid, at: Date.now() })
        say(`  killing ${victim.pid}`)
        await victim.signal('SIGKILL')
        pool.start()
      })
    }
  }
  const freezing = async (): Promise<void> => {
    if (!freeze) return
    await after(freeze.at, async () => {
      const victim = pick(random, pool.atWork)
      if (!victim) return
      say(`  freezing ${victim.pid}`)
      await victim.signal('SIGSTOP')
      counts.freezes += 1
      await after(freeze.length, async () => {})
      say(`  thawing ${victim.pid}`)
      await victim.signal('SIGCONT')
    })
  }
  const stopping = async (): Promise<void> => {
    if (stopAt === null) return
    await after(stopAt, async () => {
      const victim = pick(random, pool.atWork)
      if (!victim) return
      say(`  stopping ${victim.pid} in order`)
      stops.push({ pid: victim.pid, at: Date.now() })
      await victim.signal('SIGTERM')
      say(`  ${victim.pid} stopped after ${Date.now() - stops.at(-1)!.at} ms`)
      pool.start()
    })
  }
  const restarting = async (): Promise<void> => {
    if (databaseRestartAt === null) return
    await after(databaseRestartAt, async () => {
      say('  killing the database')
      await postgres.kill()
      await sleep(1_000)
      await postgres.restart()
      say('  the database is back')
      counts.databaseRestarts += 1
    })
  }
  await Promise.all([killing(), freezing(), stopping(), restarting()])
  return { kills, stops, ...counts }
}

/** Resolves when no run is open any more, or at the latest after the given time. */
async function allEnded(database: Database, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs
  while (Date.now() < deadline) {
    const open = await database
      .query<{ open: number }>(
        `select count(*)::int as open from runs where status not in ('succeeded', 'failed', 'cancelled')`,
      )
      .then(({ rows }) => rows[0]!.open)
      .catch(() => 1)
    if (open === 0) return
    await sleep(100)
  }
}

function repeatedAttempts(effects: ReadonlyMap<string, readonly Effect[]>): number {
  let repeated = 0
  for (const ofRun of effects.values()) {
    repeated += ofRun.length - new Set(ofRun.map(({ path, attempt }) => `${path}#${attempt}`)).size
  }
  return repeated
}
