import { describe, expect, it } from 'vitest'
import type { Step } from '#pipeline/document.ts'
import { runInMemory, type RunInMemoryOptions } from './run-in-memory.ts'
import { documentOf } from './testing/test-engine.ts'
import { createTestSteps, createTestWorld, testServices } from './testing/test-steps.ts'

function run(steps: Step[], more: Partial<RunInMemoryOptions> & { outputs?: Record<string, string> } = {}) {
  const { outputs, ...options } = more
  return runInMemory({
    document: documentOf(steps, outputs),
    inputs: {},
    steps: createTestSteps(createTestWorld()),
    services: testServices,
    ...options,
  })
}

describe('a run without a database', () => {
  it('reports statuses, attempts, durations and outputs', async () => {
    const report = await run(
      [
        { id: 'a', type: 'test.value', with: { value: 2 } },
        { id: 'b', type: 'test.fail', with: { times: 1 }, retry: { attempts: 2, backoff: 'fixed', delay: '1ms' } },
        { id: 'soft', type: 'test.fail', with: { key: 'soft' }, on_error: 'continue' },
        { id: 'off', type: 'test.value', needs: ['soft.error'] },
      ],
      { outputs: { a: '{{ a * 2 }}' } },
    )
    expect(report).toEqual({
      status: 'succeeded',
      outputs: { a: 4 },
      steps: {
        a: { status: 'succeeded', attempts: 1, duration_ms: expect.any(Number) },
        b: { status: 'succeeded', attempts: 2, duration_ms: expect.any(Number) },
        soft: {
          status: 'failed',
          attempts: 1,
          duration_ms: expect.any(Number),
          error: {
            code: 'request-failed',
            message: 'it was told to fail',
            step: 'soft',
            fix: expect.any(String),
            tried: { attempts: 1, durationMs: expect.any(Number) },
          },
        },
        off: { status: 'skipped', attempts: 0, duration_ms: 0 },
      },
      problems: [],
    })
  })

  it('reports a failure with its step, and steps of items by path', async () => {
    const report = await run([
      {
        id: 'each',
        type: 'flow.map',
        with: { items: [1] },
        steps: [{ id: 'bad', type: 'test.fail' }],
      },
    ])
    expect(report).toMatchObject({ status: 'failed', error: { step: 'each' }, outputs: {} })
    expect(report.steps['each[0].bad']).toMatchObject({ status: 'failed', attempts: 1 })
  })

  it('stops when the signal says so', async () => {
    const world = createTestWorld()
    const stop = new AbortController()
    const running = run(
      [
        { id: 'gate', type: 'test.gate', with: { name: 'g' } },
        { id: 'after', type: 'test.value', needs: ['gate'] },
      ],
      { signal: stop.signal, steps: createTestSteps(world) },
    )
    await world.gates.arrived('g')
    stop.abort()
    expect(await running).toMatchObject({
      status: 'cancelled',
      steps: { gate: { status: 'cancelled' }, after: { status: 'skipped' } },
    })
    expect(await run([{ id: 'a', type: 'test.value' }], { signal: AbortSignal.abort() })).toMatchObject({
      status: 'cancelled',
    })
  })

  it('gives events in order and whatever a step shows while it works', async () => {
    const events: string[] = []
    const deltas: unknown[] = []
    await run([{ id: 's', type: 'test.secret' }], {
      onEvent: ({ seq, event }) => events.push(`${seq} ${event.type}`),
      onDelta: (path, attempt, delta) => deltas.push([path, attempt, delta]),
    })
    expect(events).toEqual(['1 run-started', '2 step-started', '3 step-succeeded', '4 run-succeeded'])
    expect(deltas).toEqual([['s', 1, { kind: 'text', text: 'using [secret]' }]])
  })

  it('goes through a map of 10,000 items and more than a thousand runs side by side', async () => {
    const each: Step = {
      id: 'each',
      type: 'flow.map',
      with: { items: '{{ range(10000) | list }}', concurrency: 50 },
      steps: [{ id: 'x', type: 'test.value', with: { value: '{{ item + 1 }}' } }],
    }
    const report = await run([each], { outputs: { sum: '{{ each.items | sum }}' } })
    expect(report.outputs).toEqual({ sum: 50_005_000 })
    const many = await Promise.all(Array.from({ length: 1_200 }, () => run([{ id: 'a', type: 'test.write' }])))
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set(['succeeded']))
  })
})
