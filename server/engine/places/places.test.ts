import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeEachDatabase } from '#db/testing.ts'
import type { Database } from '#db/client.ts'
import type { PipelineConcurrency, PipelineDocument, Step } from '#pipeline/document.ts'
import { newId } from '#pipeline/new-id.ts'
import { localScope } from '#server/auth/scope.ts'
import type { StartRequest } from '../engine.ts'
import { openTestEngine, type TestEngine } from '../testing/test-engine.ts'

describeEachDatabase('runs of one pipeline at a time', (open) => {
  let database: Database
  let test: TestEngine
  beforeAll(async () => {
    database = await open()
    // One test has an engine lose a run, which it reports.
    test = await openTestEngine(database, { onProblem: () => {} })
  })
  afterAll(() => test.close())

  async function createPipeline(): Promise<string> {
    const id = newId()
    await database.query(
      `insert into pipelines (id, workspace_id, name, document, card, snapshot, created_by)
       values ($1, 'local', 'test', '{}', '{}', '', 'owner')`,
      [id],
    )
    return id
  }

  const gate = (name: string): Step => ({ id: 'gate', type: 'test.gate', with: { name } })

  function requestOf(
    pipelineId: string,
    concurrency: PipelineConcurrency,
    name: string,
    more: Partial<StartRequest> = {},
  ) {
    const document: PipelineDocument = { orchestrator: 1, name: 'test', concurrency, steps: [gate(name)] }
    return { scope: localScope, pipelineName: 'test', pipelineId, document, inputs: {}, ...more }
  }

  const start = (...parameters: Parameters<typeof requestOf>): Promise<string> =>
    test.engine.start(requestOf(...parameters))

  const statusOf = async (runId: string): Promise<string> => {
    const { rows } = await database.query<{ status: string }>('select status from runs where id = $1', [runId])
    return rows[0]!.status
  }

  /** Names of gates in the order their runs came to them. */
  async function passInOrder(runs: readonly { runId: string; name: string }[]): Promise<string[]> {
    const order: string[] = []
    const ended = runs.map(async ({ runId, name }) => {
      await test.world.gates.arrived(name)
      order.push(name)
      test.world.gates.open(name)
      expect((await test.ended(runId)).status).toBe('succeeded')
    })
    await Promise.all(ended)
    return order
  }

  describe('that queue', () => {
    it('begin in the order they were started, as places become free', async () => {
      const pipelineId = await createPipeline()
      const runs: { runId: string; name: string }[] = []
      for (const name of ['q1', 'q2', 'q3', 'q4'])
        runs.push({ runId: await start(pipelineId, { limit: 1 }, name), name })
      await test.world.gates.arrived('q1')
      expect(await Promise.all(runs.map(({ runId }) => statusOf(runId)))).toEqual([
        'running',
        'queued',
        'queued',
        'queued',
      ])
      expect(await passInOrder(runs)).toEqual(['q1', 'q2', 'q3', 'q4'])
    })

    it('begin by priority, and never more than the limit', async () => {
      const pipelineId = await createPipeline()
      const at = async (name: string, priority: number) => ({
        name,
        runId: await start(pipelineId, { limit: 2 }, name, { priority }),
      })
      const first = [await at('p-a', 0), await at('p-b', 0)]
      await Promise.all(first.map(({ name }) => test.world.gates.arrived(name)))
      const later = [await at('p-low', -5), await at('p-high', 9)]
      expect(test.world.gates.waiting).toBe(2)
      test.world.gates.open('p-a')
      await test.ended(first[0]!.runId)
      await test.world.gates.arrived('p-high')
      expect(await statusOf(later[0]!.runId)).toBe('queued')
      for (const { name } of [...first, ...later]) test.world.gates.open(name)
      for (const { runId } of [...first, ...later]) expect((await test.ended(runId)).status).toBe('succeeded')
    })

    it('count by the key they have in common', async () => {
      const pipelineId = await createPipeline()
      const keyed = (name: string, customer: string): Promise<string> =>
        start(pipelineId, { limit: 1, key: '{{ inputs.customer }}' }, name, { inputs: { customer } })
      const one = await keyed('k-1', 'ada')
      const two = await keyed('k-2', 'ada')
      const other = await keyed('k-3', 'alan')
      await Promise.all([test.world.gates.arrived('k-1'), test.world.gates.arrived('k-3')])
      expect(await statusOf(two)).toBe('queued')
      expect(
        await passInOrder([
          { runId: one, name: 'k-1' },
          { runId: two, name: 'k-2' },
        ]),
      ).toEqual(['k-1', 'k-2'])
      test.world.gates.open('k-3')
      await test.ended(other)
    })

    it('give their place on when they are cancelled, also before they began, and when a previous one failed', async () => {
      const pipelineId = await createPipeline()
      const names = ['c1', 'c2', 'c3']
      const [first, second, third] = await Promise.all(names.map((name) => start(pipelineId, { limit: 1 }, name)))
      const begun = await Promise.race(
        names.map((name, index) => test.world.gates.arrived(name).then(() => [first, second, third][index]!)),
      )
      const queued = [first!, second!, third!].filter((runId) => runId !== begun)
      await test.engine.cancel(localScope, queued[0]!)
      expect((await test.ended(queued[0]!)).status).toBe('cancelled')
      await test.engine.cancel(localScope, begun)
      for (const name of names) test.world.gates.open(name)
      expect((await test.ended(queued[1]!)).status).toBe('succeeded')
    })

    it('keep their place while they wait for a person', async () => {
      const pipelineId = await createPipeline()
      const concurrency = { limit: 1 }
      const asking = await test.engine.start({
        ...requestOf(pipelineId, concurrency, ''),
        document: {
          orchestrator: 1,
          name: 'test',
          concurrency,
          steps: [{ id: 'ask', type: 'flow.approval', with: { title: 'May I?' } }],
        },
      })
      await expect.poll(() => statusOf(asking)).toBe('waiting')
      const next = await start(pipelineId, concurrency, 'after-approval')
      expect(await statusOf(next)).toBe('queued')
      await test.engine.cancel(localScope, asking)
      await test.world.gates.arrived('after-approval')
      test.world.gates.open('after-approval')
      expect((await test.ended(next)).status).toBe('succeeded')
    })

    it('are found again when the one who should have queued the next has died', async () => {
      const pipelineId = await createPipeline()
      const first = await start(pipelineId, { limit: 1 }, 'd1')
      const second = await start(pipelineId, { limit: 1 }, 'd2')
      await test.world.gates.arrived('d1')
      await expect
        .poll(async () => (await database.query('select from pgboss.job where id::text = $1', [second])).rows.length)
        .toBe(0)
      // What a process leaves behind that ends a run and dies before it says so.
      await database.query(`update runs set status = 'failed', epoch = epoch + 1 where id = $1`, [first])
      test.world.gates.open('d1')
      await test.world.gates.arrived('d2')
      test.world.gates.open('d2')
      expect((await test.ended(second)).status).toBe('succeeded')
    })
  })

  describe('that refuse', () => {
    it('say what is active, and let the next one in after it', async () => {
      const pipelineId = await createPipeline()
      const concurrency: PipelineConcurrency = { limit: 1, when_full: 'refuse' }
      const first = await start(pipelineId, concurrency, 'r1')
      await expect(start(pipelineId, concurrency, 'r2')).rejects.toMatchObject({
        code: 'run-refused',
        info: { details: { limit: 1, active: [{ id: first }] } },
      })
      test.world.gates.open('r1')
      await test.ended(first)
      const second = await start(pipelineId, concurrency, 'r1')
      expect((await test.ended(second)).status).toBe('succeeded')
    })

    it('let one in of many that come at the same time', async () => {
      const pipelineId = await createPipeline()
      const concurrency: PipelineConcurrency = { limit: 1, when_full: 'refuse' }
      const starts = await Promise.allSettled(Array.from({ length: 8 }, () => start(pipelineId, concurrency, 'r-many')))
      expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      test.world.gates.open('r-many')
    })

    it('do not count previews', async () => {
      const pipelineId = await createPipeline()
      const concurrency: PipelineConcurrency = { limit: 1, when_full: 'refuse' }
      const runs = [1, 2].map(() => start(pipelineId, concurrency, 'r-preview', { kind: 'preview' }))
      test.world.gates.open('r-preview')
      for (const runId of await Promise.all(runs)) expect((await test.ended(runId)).status).toBe('succeeded')
    })
  })

  it('that replace end the oldest, and begin once it has ended', async () => {
    const pipelineId = await createPipeline()
    const concurrency: PipelineConcurrency = { limit: 1, when_full: 'replace' }
    const first = await start(pipelineId, concurrency, 'x1')
    await test.world.gates.arrived('x1')
    const second = await start(pipelineId, concurrency, 'x2')
    const third = await start(pipelineId, concurrency, 'x3')
    expect((await test.ended(first)).status).toBe('cancelled')
    expect((await test.ended(second)).status).toBe('cancelled')
    await test.world.gates.arrived('x3')
    test.world.gates.open('x3')
    expect((await test.ended(third)).status).toBe('succeeded')
  })

  describe('an idempotency key', () => {
    it('gives the first run to all who start with it, also at the same time', async () => {
      const pipelineId = await createPipeline()
      const idempotencyKey = `order-${newId()}`
      const starts = Array.from({ length: 6 }, () => start(pipelineId, { limit: 5 }, 'once', { idempotencyKey }))
      const ids = new Set(await Promise.all(starts))
      expect(ids.size).toBe(1)
      test.world.gates.open('once')
      const [runId] = ids
      expect((await test.ended(runId!)).status).toBe('succeeded')
      expect(await start(pipelineId, { limit: 5 }, 'once', { idempotencyKey })).toBe(runId)
      const { rows } = await database.query('select from runs where idempotency_key = $1', [idempotencyKey])
      expect(rows).toHaveLength(1)
    })

    it('comes before a refusal', async () => {
      const pipelineId = await createPipeline()
      const concurrency: PipelineConcurrency = { limit: 1, when_full: 'refuse' }
      const idempotencyKey = `order-${newId()}`
      const first = await start(pipelineId, concurrency, 'key-first', { idempotencyKey })
      expect(await start(pipelineId, concurrency, 'key-first', { idempotencyKey })).toBe(first)
      test.world.gates.open('key-first')
      await test.ended(first)
    })

    it('belongs to one pipeline of one workspace', async () => {
      const idempotencyKey = `order-${newId()}`
      const first = await start(await createPipeline(), { limit: 1 }, 'mine', { idempotencyKey })
      const other = await createPipeline()
      await expect(start(other, { limit: 1 }, 'mine', { idempotencyKey })).rejects.toMatchObject({
        code: 'conflict',
        info: { details: { runId: first } },
      })
      await database.query(`insert into workspaces (id, name) values ('other', 'Other') on conflict do nothing`)
      const elsewhere = { ...localScope, workspaceId: 'other' }
      const theirs = await start(other, { limit: 1 }, 'mine', { idempotencyKey, scope: elsewhere })
      expect(theirs).not.toBe(first)
      test.world.gates.open('mine')
      await Promise.all([first, theirs].map((runId) => test.ended(runId)))
    })
  })
})
