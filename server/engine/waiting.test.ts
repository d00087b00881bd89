import { describeEachDatabase } from '#db/testing.ts'
import type { Step } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import { localScope } from '#server/auth/scope.ts'
import { flowApproval } from '#server/steps/flow-approval.ts'
import { flowForm } from '#server/steps/flow-form.ts'
import { flowWait } from '#server/steps/flow-wait.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestEngine, statusesOf, type TestEngine, valueIn } from './testing/test-engine.ts'
import { createTestSteps, createTestWorld } from './testing/test-steps.ts'

const approval = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  type: 'flow.approval',
  with: { title: 'May it go on?' },
  ...more,
})

describeEachDatabase('waiting', (open) => {
  let test: TestEngine
  let database: Awaited<ReturnType<typeof open>>
  const { query } = { query: (...given: Parameters<typeof database.query>) => database.query(...given) }

  async function openEngine(): Promise<TestEngine> {
    const world = createTestWorld()
    const waiting = [flowWait, flowApproval, flowForm].map((step) => [step.manifest.type, step] as const)
    return openTestEngine(database, { world, steps: new Map([...createTestSteps(world), ...waiting]) })
  }

  beforeAll(async () => {
    database = await open()
    test = await openEngine()
  })
  afterAll(() => test.close())

  const rowOf = async (runId: string) => (await query('select * from runs where id = $1', [runId])).rows[0]!
  const waitsOf = async (runId: string) =>
    (await query('select * from run_waits where run_id = $1 order by path', [runId])).rows as {
      id: string
      path: string
      answer: unknown
      ended_at: Date | null
    }[]
  const signalsLeft = async (runId: string) =>
    (await query('select * from run_signals where run_id = $1', [runId])).rows.length

  /** Resolves once the row of the run says so. */
  async function until(runId: string, status: string): Promise<void> {
    const stop = new AbortController()
    const changes = test.engine.watchRuns(localScope, stop.signal)[Symbol.asyncIterator]()
    for (let next = changes.next(); (await rowOf(runId)).status !== status; next = changes.next()) await next
    stop.abort()
  }

  const answer = (waitId: string, kind: 'approved' | 'rejected' | 'submitted', value?: never) =>
    test.engine.answerWait(waitId, { kind, by: 'ada', at: Date.now(), ...(value === undefined ? {} : { value }) })

  it('unloads a run that only waits, and goes on with the answer', async () => {
    const runId = await test.start(
      [
        { id: 'before', type: 'test.write', with: { value: 1 } },
        approval('ask', { needs: ['before'], with: { title: 'Go?', value: '{{ before + 1 }}' } }),
        { id: 'yes', type: 'test.write', needs: ['ask.approved'], with: { value: '{{ ask.value }}' } },
        { id: 'no', type: 'test.write', needs: ['ask.rejected'], with: { value: 'no' } },
      ],
      { outputs: { ask: '{{ ask }}' } },
    )
    await until(runId, 'waiting')
    expect(await rowOf(runId)).toMatchObject({ status: 'waiting', owner: null, wake_at: null, steps_done: 1 })
    const jobs = await query(`select * from pgboss.job where id = $1`, [runId])
    expect(jobs.rows).toEqual([])
    const [wait] = await waitsOf(runId)
    expect(wait).toMatchObject({ path: 'ask', kind: 'approval', title: 'Go?', answer: null, ended_at: null })

    expect(await answer(wait!.id, 'approved')).toBe(true)
    const view = await test.ended(runId)
    expect(statusesOf(view)).toEqual({ before: 'succeeded', ask: 'succeeded', yes: 'succeeded', no: 'skipped' })
    expect(valueIn(view.outputs)).toMatchObject({ ask: { approved: true, value: 2, by: 'ada', reason: null } })
    expect(await rowOf(runId)).toMatchObject({ status: 'succeeded', steps_done: 3 })
    expect(await waitsOf(runId)).toMatchObject([
      { answer: { kind: 'approved', by: 'ada' }, ended_at: expect.any(Date) },
    ])
    expect(await signalsLeft(runId)).toBe(0)
  })

  it('takes the first of two answers and tells the second', async () => {
    const runId = await test.start([approval('ask')])
    await until(runId, 'waiting')
    const [wait] = await waitsOf(runId)
    const told = await Promise.all([answer(wait!.id, 'approved'), answer(wait!.id, 'rejected')])
    expect(told.toSorted((a, b) => Number(a) - Number(b))).toEqual([false, true])
    const output = valueIn((await test.ended(runId)).steps.get('ask')!.output)
    expect(output).toMatchObject({ approved: told[0] })
    expect(await answer(wait!.id, 'approved')).toBe(false)
  })

  it('is woken by its time, and by the end of its patience', async () => {
    const asked = Date.now()
    const view = await test.run(
      [
        { id: 'pause', type: 'flow.wait', with: { duration: '1500ms' } },
        approval('ask', { with: { title: 'Go?', timeout: '1600ms', on_timeout: 'reject' } }),
        approval('strict', { with: { title: 'Go?', timeout: '1200ms' }, on_error: 'port' }),
        approval('policy', { timeout: '1300ms', on_error: 'continue' }),
      ],
      { outputs: { ask: '{{ ask }}', pause: '{{ pause }}' } },
    )
    expect(Date.now() - asked).toBeGreaterThanOrEqual(1_600)
    expect(statusesOf(view)).toMatchObject({ pause: 'succeeded', ask: 'succeeded', strict: 'failed', policy: 'failed' })
    expect(view.steps.get('strict')!.error).toMatchObject({ code: 'wait-timeout', step: 'strict' })
    expect(view.steps.get('policy')!.error).toMatchObject({ code: 'step-timeout', step: 'policy' })
    expect(valueIn(view.outputs)).toMatchObject({
      ask: { approved: false, by: null },
      pause: { ended: 'time', payload: null },
    })
  })

  it('fits every answer of a map to its item', { timeout: 60_000 }, async () => {
    const runId = await test.start(
      [
        {
          id: 'each',
          type: 'flow.map',
          with: { items: Array.from({ length: 50 }, (_, index) => index), concurrency: 50, result: '{{ ask.value }}' },
          steps: [approval('ask', { with: { title: '{{ item }}?', value: '{{ item }}' } })],
        },
      ],
      { outputs: { items: '{{ each.items }}' } },
    )
    await until(runId, 'waiting')
    const waits = await waitsOf(runId)
    expect(waits).toHaveLength(50)
    // Half of them one by one, the rest at once.
    for (const { id } of waits.slice(0, 5)) expect(await answer(id, 'approved')).toBe(true)
    await Promise.all(waits.slice(5).map(async ({ id }) => expect(await answer(id, 'approved')).toBe(true)))
    const view = await test.ended(runId)
    expect(valueIn(view.outputs)).toEqual({ items: Array.from({ length: 50 }, (_, index) => index) })
    expect(await signalsLeft(runId)).toBe(0)
  })

  it('waits for an event with its key, whatever else is sent', async () => {
    const steps: Step[] = [{ id: 'paid', type: 'flow.wait', with: { event: 'payment', key: '{{ inputs.order }}' } }]
    const outputs = { paid: '{{ paid.payload }}' }
    const [one, two] = await Promise.all([
      test.start(steps, { inputs: { order: 'A' }, outputs }),
      test.start(steps, { inputs: { order: 'B' }, outputs }),
    ])
    await Promise.all([until(one, 'waiting'), until(two, 'waiting')])
    const send = (name: string, key: string | undefined, payload: number) =>
      test.engine.sendEvent({ workspaceId: 'local', name, key, payload, by: 'shop' })
    expect((await send('payment', undefined, 0)).reached).toBe(0)
    expect((await send('refund', 'A', 1)).reached).toBe(0)
    expect(
      (
        await test.engine
          .sendEvent({ workspaceId: 'elsewhere', name: 'payment', key: 'A', by: 'x' })
          .catch(() => ({ reached: 0 }))
      ).reached,
    ).toBe(0)
    expect((await send('payment', 'B', 2)).reached).toBe(1)
    expect(valueIn((await test.ended(two)).outputs)).toEqual({ paid: 2 })
    expect((await rowOf(one)).status).toBe('waiting')
    expect((await send('payment', 'A', 3)).reached).toBe(1)
    expect(valueIn((await test.ended(one)).outputs)).toEqual({ paid: 3 })
    expect(await waitsOf(one)).toEqual([])
  })

  it('gives a run the events that came before it waited for them, each once and in order', async () => {
    const paid = (id: string, needs: string[]): Step => ({
      id,
      type: 'flow.wait',
      needs,
      with: { event: 'early' },
    })
    await test.engine.sendEvent({ workspaceId: 'local', name: 'early', payload: 'before the run', by: 'shop' })
    const runId = await test.start(
      [
        { id: 'gate', type: 'test.gate', with: { name: 'early' } },
        paid('first', ['gate']),
        paid('second', ['first']),
        paid('third', ['second']),
      ],
      { outputs: { payloads: '{{ [first.payload, second.payload, third.payload] }}' } },
    )
    await test.world.gates.arrived('early')
    for (const payload of [1, 2]) {
      expect((await test.engine.sendEvent({ workspaceId: 'local', name: 'early', payload, by: 'shop' })).reached).toBe(
        0,
      )
    }
    test.world.gates.open('early')
    await until(runId, 'waiting')
    await test.engine.sendEvent({ workspaceId: 'local', name: 'early', payload: 3, by: 'shop' })
    expect(valueIn((await test.ended(runId)).outputs)).toEqual({ payloads: [1, 2, 3] })
  })

  it('loses no event that is sent at the moment its wait begins', async () => {
    const steps: Step[] = [{ id: 'paid', type: 'flow.wait', with: { event: 'race', key: '{{ inputs.order }}' } }]
    const runs = await Promise.all(
      Array.from({ length: 30 }, async (_, order) => {
        const runId = await test.start(steps, { inputs: { order }, outputs: { order: '{{ paid.payload }}' } })
        await test.engine.sendEvent({
          workspaceId: 'local',
          name: 'race',
          key: String(order),
          payload: order,
          by: 'shop',
        })
        return runId
      }),
    )
    const outputs = await Promise.all(runs.map(async (runId) => valueIn((await test.ended(runId)).outputs)))
    expect(outputs).toEqual(runs.map((_, order) => ({ order })))
  })

  it('sent twice under one id an event is one', async () => {
    const steps: Step[] = [
      { id: 'first', type: 'flow.wait', with: { event: 'twice' } },
      { id: 'second', type: 'flow.wait', needs: ['first'], with: { event: 'twice' } },
    ]
    const runId = await test.start(steps)
    await until(runId, 'waiting')
    const send = (id: string) => test.engine.sendEvent({ workspaceId: 'local', id, name: 'twice', by: 'shop' })
    expect(await send('twice-1')).toEqual({ id: 'twice-1', reached: 1 })
    await until(runId, 'running')
    await until(runId, 'waiting')
    expect((await send('twice-1')).reached).toBe(0)
    expect((await send('twice-2')).reached).toBe(1)
    expect((await test.ended(runId)).status).toBe('succeeded')
  })

  it('is cancelled while nobody holds it', async () => {
    const runId = await test.start([approval('ask'), { id: 'after', type: 'test.write', needs: ['ask.approved'] }])
    await until(runId, 'waiting')
    const [wait] = await waitsOf(runId)
    await test.engine.cancel(localScope, runId)
    const view = await test.ended(runId)
    expect(view.status).toBe('cancelled')
    expect(statusesOf(view)).toEqual({ ask: 'cancelled', after: 'skipped' })
    expect(await answer(wait!.id, 'approved')).toBe(false)
    expect(await waitsOf(runId)).toMatchObject([{ answer: null, ended_at: expect.any(Date) }])
  })

  it('an answer and a timeout at the same moment: one of them counts', async () => {
    const runs = await Promise.all(
      Array.from({ length: 12 }, () =>
        test.start([approval('ask', { with: { title: 'Go?', timeout: '1500ms', on_timeout: 'reject' } })], {
          outputs: { ask: '{{ ask }}' },
        }),
      ),
    )
    await Promise.all(runs.map((runId) => until(runId, 'waiting')))
    const waits = await Promise.all(runs.map(async (runId) => (await waitsOf(runId))[0]!.id))
    const told: boolean[] = []
    // From a little before the end of their patience until a little after.
    for (const waitId of waits) {
      const { until: end } = (await query('select until from run_waits where id = $1', [waitId])).rows[0] as {
        until: Date
      }
      const early = 60 - waits.indexOf(waitId) * 10
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, end.getTime() - early - Date.now())))
      told.push(await answer(waitId, 'approved'))
    }
    for (const [index, runId] of runs.entries()) {
      const { ask } = valueIn((await test.ended(runId)).outputs) as { ask: { approved: boolean; by: string | null } }
      expect(ask).toMatchObject({ approved: told[index], by: told[index] ? 'ada' : null })
    }
  })

  it('can be paused while nobody holds it; an answer then counts, but nothing follows until it goes on', async () => {
    const runId = await test.start([approval('ask'), { id: 'after', type: 'test.write', needs: ['ask.approved'] }])
    await until(runId, 'waiting')
    const [wait] = await waitsOf(runId)
    await test.engine.tell(localScope, runId, { kind: 'pause' })
    await until(runId, 'paused')
    expect(await rowOf(runId)).toMatchObject({ owner: null, steps_done: 0 })
    expect(await answer(wait!.id, 'approved')).toBe(true)
    const stop = new AbortController()
    for await (const signal of test.engine.watch(runId, 0, stop.signal)) {
      if (signal.kind === 'event' && signal.entry.event.type === 'step-succeeded') stop.abort()
    }
    await until(runId, 'paused')
    expect(await rowOf(runId)).toMatchObject({ owner: null, steps_done: 1 })
    await test.engine.tell(localScope, runId, { kind: 'resume', mode: 'continue' })
    expect(statusesOf(await test.ended(runId))).toEqual({ ask: 'succeeded', after: 'succeeded' })
  })

  it('rests until a retry that is far off, and wakes for it', async () => {
    const runId = await test.start([
      {
        id: 'flaky',
        type: 'test.fail',
        with: { times: 1, key: 'far' },
        retry: { attempts: 2, backoff: 'fixed', delay: '6s', jitter: false },
      },
    ])
    await until(runId, 'waiting')
    expect(await rowOf(runId)).toMatchObject({ owner: null, wake_at: expect.any(Date) })
    expect((await test.ended(runId)).status).toBe('succeeded')
  }, 20_000)

  it('goes on waiting in another engine, and takes what was said while there was none', async () => {
    const runId = await test.start([approval('ask')], { outputs: { ask: '{{ ask.approved }}' } })
    const timed = await test.start([{ id: 'pause', type: 'flow.wait', with: { duration: '2s' } }])
    await Promise.all([until(runId, 'waiting'), until(timed, 'waiting')])
    const [wait] = await waitsOf(runId)
    const before = test
    test = await openEngine()
    await before.close()
    expect(await answer(wait!.id, 'approved')).toBe(true)
    expect(valueIn((await test.ended(runId)).outputs)).toEqual({ ask: true })
    expect((await test.ended(timed)).status).toBe('succeeded')
  })

  it('refuses a question nobody can read', async () => {
    const view = await test.run([approval('ask', { with: { title: 'Go?', text: 'x'.repeat(300_000) } })])
    expect(view.steps.get('ask')!.error).toMatchObject({ code: 'invalid-config', fix: expect.any(String) })
    expect(view.error).not.toBeInstanceOf(OrchestratorError)
  })
})
