import { openDatabase, type Database, type DatabaseOptions } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import type { Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { afterEach, expect, it } from 'vitest'
import type { EngineOptions } from './engine.ts'
import { openTestEngine, signalsOf, statusesOf, type TestEngine, valueIn } from './testing/test-engine.ts'

const gated = (name: string): Step[] => [
  { id: 'before', type: 'test.write', with: { value: 'before' } },
  { id: 'gate', type: 'test.gate', needs: ['before'], with: { name } },
  { id: 'after', type: 'test.write', needs: ['gate'], with: { value: 'after {{ gate }} {{ run.started_at }}' } },
]

describeEachDatabase('who carries out a run', (open, { kind, place }) => {
  // The embedded database has one process: there is nothing of this kind to test.
  const onPostgres = kind === 'postgres' ? it : () => {}
  const closers: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  async function openEngine(database: Database, more: Partial<EngineOptions> = {}): Promise<TestEngine> {
    const test = await openTestEngine(database, more)
    closers.push(() => test.close())
    return test
  }
  /** One more process on the same database, as far as the database can tell. */
  async function connect(options: DatabaseOptions): Promise<Database> {
    const database = await openDatabase(options)
    closers.push(() => database.close())
    return database
  }

  it('hands a run in flight over when it closes, and goes on with it where it was', async () => {
    const database = await open()
    const first = await openTestEngine(database)
    const runId = await first.start(gated('handover'))
    await first.world.gates.arrived('handover')
    await first.close()

    const second = await openEngine(database)
    await second.world.gates.arrived('handover')
    second.world.gates.open('handover')
    const view = await second.ended(runId)
    expect(statusesOf(view)).toEqual({ before: 'succeeded', gate: 'succeeded', after: 'succeeded' })
    expect(first.world.written).toEqual(['before'])
    const { rows } = await database.query<{ started_at: Date }>('select started_at from runs where id = $1', [runId])
    expect(second.world.written).toEqual([`after handover ${rows[0]!.started_at.toISOString()}`])
  })

  it('carries out no more runs at once than it may', async () => {
    const test = await openEngine(await open(), { maxRuns: 2 })
    const runs = ['r1', 'r2', 'r3', 'r4', 'r5'].map(async (name) => {
      const runId = await test.start(gated(name))
      await test.world.gates.arrived(name)
      expect(test.world.gates.waiting).toBeLessThanOrEqual(2)
      test.world.gates.open(name)
      return test.ended(runId)
    })
    for (const view of await Promise.all(runs)) expect(view.status).toBe('succeeded')
  })

  it('goes on under a retry that was waiting when the worker closed', async () => {
    const database = await open()
    const first = await openTestEngine(database)
    const runId = await first.start([
      {
        id: 'early',
        type: 'test.gate',
        with: { name: 'retry' },
        timeout: '1ms',
        retry: { attempts: 2, backoff: 'fixed', delay: '300ms' },
      },
    ])
    for await (const signal of first.engine.watch(runId, 0, AbortSignal.timeout(20_000))) {
      if (signal.kind === 'event' && signal.entry.event.type === 'step-retried') break
    }
    await first.close()
    const second = await openEngine(database)
    const view = await second.ended(runId)
    expect(view.steps.get('early')).toMatchObject({ status: 'failed', attempt: 2, error: { code: 'step-timeout' } })
  })

  onPostgres('lets one process start runs and another carry them out and cancel them', async () => {
    const shared = await place()
    const web = await openEngine(await connect(shared), { role: 'web' })
    const worker = await openEngine(await connect(shared), { role: 'worker' })
    const done = await web.start(gated('remote'))
    const stopped = await web.start(gated('remote-cancel'))
    await worker.world.gates.arrived('remote-cancel')
    worker.world.gates.open('remote')
    expect((await web.ended(done)).status).toBe('succeeded')
    await web.engine.cancel(localScope, stopped)
    expect((await web.ended(stopped)).status).toBe('cancelled')
    expect(web.world.written).toEqual([])
  })

  onPostgres('cancels a run that no worker has taken', async () => {
    const web = await openEngine(await connect(await place()), { role: 'web' })
    const runId = await web.start(gated('nobody'))
    await web.engine.cancel(localScope, runId)
    const view = await web.ended(runId)
    expect(view.status).toBe('cancelled')
    expect(statusesOf(view)).toEqual({ before: 'skipped', gate: 'skipped', after: 'skipped' })
  })

  onPostgres('refuses what a worker writes after another has taken its run', async () => {
    const shared = await place()
    const database = await connect(shared)
    const worker = await openEngine(database, { onProblem: () => {} })
    const runId = await worker.start(gated('fenced'), { outputs: { gate: '{{ gate }}' } })
    await worker.world.gates.arrived('fenced')
    // A worker that has no lock, so that its run is found and taken back.
    await database.query(`update runs set epoch = epoch + 1, owner = 'ghost' where id = $1`, [runId])
    worker.world.gates.open('fenced')
    const signals = await signalsOf(worker.engine, runId)
    const events = signals.flatMap((signal) => (signal.kind === 'event' ? [signal.entry.event] : []))
    const ends = events.filter(({ type }) => type === 'step-succeeded')
    expect(ends.map((event) => 'path' in event && event.path)).toEqual(['before', 'gate', 'after'])
    expect(events.find(({ type }) => type === 'run-claimed')).toMatchObject({ epoch: 3 })
    expect(events.at(-1)).toMatchObject({ type: 'run-succeeded' })
  })

  onPostgres('keeps its runs when the database drops the connection that says it is alive', async () => {
    const shared = await place()
    const database = await connect(shared)
    const problem = Promise.withResolvers<string>()
    const worker = await openEngine(database, { onProblem: (message) => problem.resolve(message) })
    const runId = await worker.start(gated('dropped'), { outputs: { gate: '{{ gate }}' } })
    await worker.world.gates.arrived('dropped')
    await database.query(
      `select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
    )
    await problem.promise
    worker.world.gates.open('dropped')
    const view = await worker.ended(runId)
    expect(valueIn(view.outputs)).toEqual({ gate: 'dropped' })
    expect(worker.world.written).toHaveLength(2)
  })
})
