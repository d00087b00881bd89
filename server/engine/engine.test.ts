import { describeEachDatabase } from '#db/testing.ts'
import type { Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestEngine, signalsOf, statusesOf, type TestEngine, valueIn } from './testing/test-engine.ts'

describeEachDatabase('runs', (open) => {
  let test: TestEngine
  let database: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    database = await open()
    test = await openTestEngine(database)
  })
  afterAll(() => test.close())

  const rowOf = async (runId: string) => (await database.query('select * from runs where id = $1', [runId])).rows[0]!

  it('carries values from step to step and into the outputs', async () => {
    const runId = await test.start(
      [
        { id: 'a', type: 'test.value', with: { value: { list: [1, 2, '{{ inputs.three }}'] } } },
        { id: 'b', type: 'test.write', needs: ['a'], with: { value: '{{ a.list | sum }}' } },
      ],
      { inputs: { three: 3 }, outputs: { total: '{{ b }}', text: 'b is {{ b }}' } },
    )
    const view = await test.ended(runId)
    expect(view.status).toBe('succeeded')
    expect(valueIn(view.outputs)).toEqual({ total: 6, text: 'b is 6' })
    expect(test.world.written.at(-1)).toBe(6)
    expect(await rowOf(runId)).toMatchObject({
      status: 'succeeded',
      outputs: { total: 6, text: 'b is 6' },
      steps_done: 2,
      steps_failed: 0,
      started_at: expect.any(Date),
      finished_at: expect.any(Date),
    })
  })

  it('runs independent steps at the same time', async () => {
    const runId = await test.start([
      { id: 'a', type: 'test.gate', with: { name: 'parallel-a' } },
      { id: 'b', type: 'test.gate', with: { name: 'parallel-b' } },
      { id: 'c', type: 'test.value', needs: ['a', 'b'], with: { value: '{{ a }} {{ b }}' } },
    ])
    await Promise.all([test.world.gates.arrived('parallel-a'), test.world.gates.arrived('parallel-b')])
    test.world.gates.open('parallel-a')
    test.world.gates.open('parallel-b')
    const view = await test.ended(runId)
    expect(valueIn(view.steps.get('c')!.output)).toBe('parallel-a parallel-b')
  })

  it('takes one way at a branch, skips the other, and joins them in a merge', async () => {
    const view = await test.run(
      [
        { id: 'branch', type: 'flow.branch', with: { condition: '2 > 1' } },
        { id: 'yes', type: 'test.value', needs: ['branch.true'], with: { value: 'yes' } },
        { id: 'no', type: 'test.value', needs: ['branch.false'], with: { value: 'no' } },
        { id: 'after_no', type: 'test.value', needs: ['no'], with: { value: 1 } },
        { id: 'merged', type: 'flow.merge', needs: ['yes', 'no'] },
        { id: 'last', type: 'test.value', needs: ['merged'], with: { value: '{{ merged }} {{ no | default("-") }}' } },
      ],
      { outputs: { last: '{{ last }}' } },
    )
    expect(statusesOf(view)).toEqual({
      branch: 'succeeded',
      yes: 'succeeded',
      no: 'skipped',
      after_no: 'skipped',
      merged: 'succeeded',
      last: 'succeeded',
    })
    expect(view.steps.get('no')!.skippedBecause).toBe('branch-not-taken')
    expect(view.steps.get('after_no')!.skippedBecause).toBe('upstream-skipped')
    expect(valueIn(view.outputs)).toEqual({ last: 'yes -' })
  })

  it('takes the first case of a switch that holds', async () => {
    const cases = [
      { when: 'inputs.n > 10', port: 'large' },
      { when: 'inputs.n > 5', port: 'medium' },
    ]
    const steps = [
      { id: 'size', type: 'flow.switch', with: { cases } },
      { id: 'large', type: 'test.value', needs: ['size.large'] },
      { id: 'medium', type: 'test.value', needs: ['size.medium'] },
      { id: 'small', type: 'test.value', needs: ['size.default'] },
    ]
    const medium = statusesOf(await test.run(steps, { inputs: { n: 7 } }))
    expect(medium).toMatchObject({ large: 'skipped', medium: 'succeeded', small: 'skipped' })
    const small = statusesOf(await test.run(steps, { inputs: { n: 1 } }))
    expect(small).toMatchObject({ large: 'skipped', medium: 'skipped', small: 'succeeded' })
  })

  it('passes over a disabled step', async () => {
    const view = await test.run(
      [
        { id: 'off', type: 'test.fail', disabled: true },
        { id: 'after', type: 'test.value', needs: ['off'], with: { value: '{{ off }}' } },
      ],
      { outputs: { after: '{{ after }}' } },
    )
    expect(statusesOf(view)).toEqual({ off: 'skipped', after: 'succeeded' })
    expect(valueIn(view.outputs)).toEqual({ after: null })
  })

  it('maps over items with a result, keeps going past failed ones, and bounds how many run at once', async () => {
    test.world.peak = 0
    const view = await test.run(
      [
        {
          id: 'each',
          type: 'flow.map',
          with: { items: [1, 2, 3, 4, 5, 6], concurrency: 2, result: '{{ index }}:{{ double }}' },
          steps: [
            { id: 'check', type: 'test.fail', with: { when: '{{ item == 3 }}' } },
            { id: 'double', type: 'test.write', needs: ['check'], with: { value: '{{ item * 2 }}' } },
          ],
        },
      ],
      { outputs: { each: '{{ each }}' } },
    )
    expect(view.status).toBe('succeeded')
    expect(valueIn(view.outputs)).toEqual({
      each: {
        items: ['0:2', '1:4', null, '3:8', '4:10', '5:12'],
        errors: [{ index: 2, step: 'each[2].check', message: 'it was told to fail' }],
        failed: 1,
        count: 6,
      },
    })
    expect(test.world.peak).toBe(2)
    expect(view.steps.get('each')!.items).toMatchObject({ count: 6, done: 6, failed: 1 })
    expect(view.steps.get('each[2].double')!.status).toBe('skipped')
  })

  it('nests maps, and fails one only when all its items failed', async () => {
    const inner: Step = {
      id: 'inner',
      type: 'flow.map',
      with: { items: '{{ item }}' },
      steps: [
        { id: 'check', type: 'test.fail', with: { when: '{{ item < 0 }}' } },
        { id: 'out', type: 'test.value', needs: ['check'], with: { value: '{{ item * 10 }}' } },
      ],
    }
    const view = await test.run(
      [
        {
          id: 'outer',
          type: 'flow.map',
          with: { items: [[1, -1], [-1, -2], []], result: '{{ inner.items }}' },
          steps: [inner],
        },
      ],
      { outputs: { outer: '{{ outer.items }}', failed: '{{ outer.errors }}' } },
    )
    expect(valueIn(view.outputs)).toEqual({
      outer: [[10, null], null, []],
      failed: [{ index: 1, step: 'outer[1].inner', message: 'all 2 items failed; item 0: it was told to fail' }],
    })
    expect(view.steps.get('outer[0].inner[0].out')!.status).toBe('succeeded')
  })

  it('fails the run with the step and its error when nothing handles it', async () => {
    const runId = await test.start([
      { id: 'bad', type: 'test.fail' },
      { id: 'after', type: 'test.value', needs: ['bad'] },
    ])
    const view = await test.ended(runId)
    expect(view.status).toBe('failed')
    expect(view.error).toMatchObject({
      code: 'request-failed',
      step: 'bad',
      message: 'Step "bad" failed: it was told to fail',
    })
    expect(statusesOf(view)).toEqual({ bad: 'failed', after: 'skipped' })
    expect(await rowOf(runId)).toMatchObject({ status: 'failed', steps_failed: 1, error: { step: 'bad' } })
  })

  it('aborts what is in flight when the run fails', async () => {
    const runId = await test.start([
      { id: 'long', type: 'test.gate', with: { name: 'fails-meanwhile' } },
      { id: 'wait', type: 'test.gate', with: { name: 'before-failure' } },
      { id: 'bad', type: 'test.fail', needs: ['wait'] },
    ])
    await test.world.gates.arrived('fails-meanwhile')
    test.world.gates.open('before-failure')
    expect(statusesOf(await test.ended(runId))).toEqual({ long: 'cancelled', wait: 'succeeded', bad: 'failed' })
  })

  it('goes on after a failure with on_error continue, and by the error port with on_error port', async () => {
    const view = await test.run(
      [
        { id: 'soft', type: 'test.fail', on_error: 'continue' },
        { id: 'after_soft', type: 'test.value', needs: ['soft'], with: { value: '{{ soft.error.message }}' } },
        { id: 'ported', type: 'test.fail', on_error: 'port' },
        { id: 'fine', type: 'test.value', needs: ['ported'] },
        { id: 'rescue', type: 'test.value', needs: ['ported.error'], with: { value: '{{ ported.error.code }}' } },
      ],
      { outputs: { soft: '{{ after_soft }}', rescue: '{{ rescue }}' } },
    )
    expect(view.status).toBe('succeeded')
    expect(valueIn(view.outputs)).toEqual({ soft: 'it was told to fail', rescue: 'request-failed' })
    expect(statusesOf(view)).toMatchObject({ soft: 'failed', ported: 'failed', fine: 'skipped', rescue: 'succeeded' })
  })

  it('tries again with growing delays, and says how often it tried', async () => {
    const retry = { attempts: 3, backoff: 'exponential', delay: '10ms' } as const
    const view = await test.run([
      { id: 'flaky', type: 'test.fail', with: { times: 2, key: 'flaky' }, retry },
      { id: 'hopeless', type: 'test.fail', retry, on_error: 'continue' },
    ])
    expect(view.steps.get('flaky')).toMatchObject({ status: 'succeeded', attempt: 3 })
    expect(view.steps.get('hopeless')).toMatchObject({
      status: 'failed',
      attempt: 3,
      error: { tried: { attempts: 3 } },
    })
  })

  it('fails a step that takes longer than its timeout', async () => {
    const view = await test.run([
      { id: 'slow', type: 'test.gate', with: { name: 'never' }, timeout: '20ms', on_error: 'continue' },
      {
        id: 'each',
        type: 'flow.map',
        with: { items: [1, 2] },
        timeout: '20ms',
        on_error: 'continue',
        steps: [{ id: 'slow_item', type: 'test.gate', with: { name: 'never' } }],
      },
    ])
    expect(view.status).toBe('succeeded')
    expect(view.steps.get('slow')!.error).toMatchObject({ code: 'step-timeout', step: 'slow' })
    expect(view.steps.get('each')!.error).toMatchObject({ code: 'step-timeout', step: 'each' })
    expect(view.steps.get('each[0].slow_item')!.status).toBe('cancelled')
  })

  it('cancels a run: what is in flight is aborted, the rest skipped', async () => {
    const runId = await test.start([
      { id: 'long', type: 'test.gate', with: { name: 'cancelled' } },
      { id: 'after', type: 'test.value', needs: ['long'] },
    ])
    await test.world.gates.arrived('cancelled')
    await test.engine.cancel(localScope, runId)
    const view = await test.ended(runId)
    expect(view).toMatchObject({ status: 'cancelled', cancelRequested: true })
    expect(statusesOf(view)).toEqual({ long: 'cancelled', after: 'skipped' })
    expect(await rowOf(runId)).toMatchObject({ status: 'cancelled' })
    await test.engine.cancel(localScope, runId)
    expect(await rowOf(runId)).toMatchObject({ status: 'cancelled' })
  })

  it('does not cancel, or find, a run of another workspace', async () => {
    const runId = await test.start([{ id: 'gate', type: 'test.gate', with: { name: 'foreign' } }])
    const stranger = { ...localScope, workspaceId: 'elsewhere' }
    await expect(test.engine.cancel(stranger, runId)).rejects.toMatchObject({ code: 'not-found' })
    test.world.gates.open('foreign')
    expect((await test.ended(runId)).status).toBe('succeeded')
  })

  it('says where a setting is wrong, and does not try that again', async () => {
    const view = await test.run([
      {
        id: 'bad',
        type: 'test.value',
        with: { value: { deep: ['{{ 1 / "x" }}'] } },
        retry: { attempts: 5, backoff: 'fixed', delay: '1h' },
      },
    ])
    expect(view.error).toMatchObject({ code: 'expression-evaluation', step: 'bad', field: 'with.value.deep[0]' })
    const invalid = await test.run([{ id: 'bad', type: 'test.gate', with: { name: 5 } }])
    expect(invalid.error).toMatchObject({ code: 'invalid-config', field: 'with.name' })
  })

  it('fails the run when an output cannot be resolved', async () => {
    const view = await test.run([{ id: 'a', type: 'test.value' }], { outputs: { x: '{{ 1 / "x" }}' } })
    expect(view).toMatchObject({ status: 'failed', error: { code: 'expression-evaluation', field: 'outputs.x' } })
  })

  it('keeps big values out of the journal, and passes them on whole', async () => {
    const big = 'x'.repeat(200_000)
    const view = await test.run(
      [
        { id: 'big', type: 'test.value', with: { value: '{{ inputs.big }}' } },
        { id: 'size', type: 'test.value', needs: ['big'], with: { value: '{{ big | length }}' } },
      ],
      { inputs: { big }, outputs: { size: '{{ size }}' } },
    )
    const stored = view.steps.get('big')!.output!
    expect(stored).toMatchObject({ blob: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: 200_002 })
    expect(await test.engine.load(stored)).toBe(big)
    expect(valueIn(view.outputs)).toEqual({ size: 200_000 })
  })

  it('writes a secret nowhere', async () => {
    const runId = await test.start([
      { id: 'ok', type: 'test.secret' },
      { id: 'bad', type: 'test.secret', with: { fail: true }, on_error: 'continue' },
    ])
    const signals = JSON.stringify(await signalsOf(test.engine, runId))
    expect(signals).toContain('Bearer [secret]')
    expect(signals).toContain('the server did not like [secret]')
    expect(signals).not.toContain('sesame')
    const { rows } = await database.query('select data from run_journal where run_id = $1', [runId])
    expect(JSON.stringify(rows)).not.toContain('sesame')
  })

  it('refuses a document with an unknown step type before it is stored', async () => {
    const before = await database.query('select count(*)::int as n from runs')
    await expect(test.start([{ id: 'a', type: 'no.such' }])).rejects.toMatchObject({ code: 'unknown-step-type' })
    expect(await database.query('select count(*)::int as n from runs')).toEqual(before)
  })

  it('carries out more runs at once than it claims in one go', async () => {
    const steps = [
      { id: 'a', type: 'test.write', with: { value: '{{ inputs.n }}' } },
      { id: 'b', type: 'test.value', needs: ['a'], with: { value: '{{ a + 1 }}' } },
    ]
    const views = await Promise.all(
      Array.from({ length: 300 }, (_, n) => test.run(steps, { inputs: { n }, outputs: { b: '{{ b }}' } })),
    )
    expect(views.map((view) => valueIn(view.outputs))).toEqual(views.map((_, n) => ({ b: n + 1 })))
  })
})
