import { describeEachDatabase } from '#db/testing.ts'
import type { JournalEntry } from '#pipeline/events.ts'
import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { createGuardedFetch } from '#server/network/guarded-fetch.ts'
import { httpRequest } from '#server/steps/http-request.ts'
import { textTemplate } from '#server/steps/text-template.ts'
import { defineStep } from '#server/steps/define-step.ts'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestEngine, signalsOf, type TestEngine, valueIn } from './testing/test-engine.ts'
import { startTestServer, type TestServer } from './testing/test-server.ts'
import { createTestSteps, createTestWorld, testServices } from './testing/test-steps.ts'

describeEachDatabase('policies of steps', (open) => {
  let test: TestEngine
  let server: TestServer
  const fetch = createGuardedFetch({ allowPrivate: true })
  /** Statuses the server answers by path, first to last; 200 then. */
  const script = new Map<string, { status: number; headers?: Record<string, string> }[]>()

  beforeAll(async () => {
    server = await startTestServer((request, response) => {
      const path = request.url ?? ''
      const next = script.get(path)?.shift() ?? { status: 200 }
      response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers })
      response.end(JSON.stringify({ path, count: seen(path) }))
    })
    const world = createTestWorld()
    const spend = defineStep({
      type: 'test.spend',
      title: 'Spend',
      summary: '',
      icon: 'box',
      category: 'ai',
      docs: '',
      config: z.strictObject({ prompt: z.string() }),
      output: z.json(),
      effects: 'read',
      examples: [],
      async execute({ config, models }) {
        await models.generate({ prompt: config.prompt }, () => {})
        if (config.prompt === 'fail') throw new Error('not understood')
        return null
      },
    })
    const usage = { model: 'm', provider: 'p', inputTokens: 1, outputTokens: 1, costUsd: 0.04 }
    const models = { ...testServices.models, generate: async () => ({ text: '', usage }) }
    const steps = new Map([
      ...createTestSteps(world),
      ...[httpRequest, textTemplate, spend].map((step) => [step.manifest.type, step] as const),
    ])
    test = await openTestEngine(await open(), {
      world,
      steps,
      stepServices: () => ({ ...testServices, fetch, models }),
    })
  })
  afterEach(() => script.clear())
  afterAll(async () => {
    await test.close()
    await server.close()
    await fetch.close()
  })

  const seen = (path: string): number => server.seen.filter((request) => request.path === path).length
  const call = (path: string, more: Partial<Step> = {}): Step => ({
    id: 'call',
    type: 'http.request',
    with: { url: `${server.url}${path}` },
    ...more,
  })
  const entriesOf = async (runId: string): Promise<JournalEntry[]> =>
    (await signalsOf(test.engine, runId)).flatMap((signal) => (signal.kind === 'event' ? [signal.entry] : []))
  const startWith = (steps: Step[], more: Partial<PipelineDocument>): Promise<string> =>
    test.engine.start({
      scope: localScope,
      pipelineName: 'test',
      document: { orchestrator: 1, name: 'test', steps, ...more },
      inputs: {},
    })

  it('tries again only after errors the policy names', async () => {
    const on = ['429', '5xx']
    const retry = { attempts: 4, backoff: 'fixed', delay: '5ms', on } as const
    script.set('/named', [{ status: 503 }, { status: 429 }])
    const named = await test.run([call('/named', { retry })])
    expect(named.steps.get('call')).toMatchObject({ status: 'succeeded', attempt: 3 })
    script.set('/other', [{ status: 404 }, { status: 200 }])
    const other = await test.run([call('/other', { retry })])
    expect(other.steps.get('call')).toMatchObject({ status: 'failed', attempt: 1 })
    expect(seen('/other')).toBe(1)
    script.set('/asked', [{ status: 404 }, { status: 200 }])
    const asked = await test.run([call('/asked', { retry: { ...retry, on: ['404'] } })])
    expect(asked.steps.get('call')).toMatchObject({ status: 'succeeded', attempt: 2 })
  })

  it('waits as long as the server asks', async () => {
    script.set('/busy', [{ status: 429, headers: { 'retry-after': '1' } }])
    await test.run([call('/busy', { retry: { attempts: 2, backoff: 'fixed', delay: '1ms' } })])
    const [first, second] = server.seen.filter(({ path }) => path === '/busy')
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(1_000)
  })

  it('spreads delays, the same way for the same step of a run', async () => {
    const runId = await test.start([
      {
        id: 'each',
        type: 'flow.map',
        with: { items: [1, 2, 3, 4, 5, 6], concurrency: 6 },
        steps: [{ id: 'fails', type: 'test.fail', retry: { attempts: 2, backoff: 'fixed', delay: '100ms' } }],
      },
    ])
    const delays = (await entriesOf(runId)).flatMap(({ at, event }) =>
      event.type === 'step-retried' ? [event.resumeAt - at] : [],
    )
    expect(delays).toHaveLength(6)
    // Half to all of it; the entry's own time may be a little later than the moment the delay was counted from.
    for (const delay of delays) expect(delay).toBeGreaterThan(0)
    for (const delay of delays) expect(delay).toBeLessThanOrEqual(100)
    expect(new Set(delays).size).toBeGreaterThan(3)
  })

  it('goes on with a value of its own, which sees the error', async () => {
    const error_value = { price: null, why: '{{ error.code }} at {{ error.step }}', previous: '{{ before }}' }
    const view = await test.run(
      [
        { id: 'before', type: 'test.value', with: { value: 7 } },
        { id: 'soft', type: 'test.fail', needs: ['before'], on_error: 'continue', error_value },
      ],
      { outputs: { soft: '{{ soft }}' } },
    )
    expect(view.steps.get('soft')).toMatchObject({ status: 'failed', handled: true })
    expect(valueIn(view.outputs)).toEqual({ soft: { price: null, why: 'request-failed at soft', previous: 7 } })
  })

  it('fails after all when the value to go on with cannot be worked out', async () => {
    const view = await test.run([
      { id: 'soft', type: 'test.fail', on_error: 'continue', error_value: '{{ error.nothing.here }}' },
    ])
    expect(view.status).toBe('failed')
    expect(view.error).toMatchObject({ code: 'expression-evaluation', field: 'error_value' })
    expect(view.error?.message).toContain('it was told to fail')
  })

  it('carries out the fallback once the last attempt has failed, with the same names in scope', async () => {
    const before = seen('/dead')
    script.set('/dead', [{ status: 500 }, { status: 500 }])
    const runId = await test.start(
      [
        { id: 'name', type: 'test.value', with: { value: 'Ada' } },
        call('/dead', {
          needs: ['name'],
          retry: { attempts: 2, backoff: 'fixed', delay: '1ms' },
          fallback: { type: 'text.template', with: { template: 'Hello {{ name }}' } },
        }),
      ],
      { outputs: { text: '{{ call }}' } },
    )
    const entries = await entriesOf(runId)
    const succeeded = entries.find(({ event }) => event.type === 'step-succeeded' && event.path === 'call')!.event
    expect(seen('/dead') - before).toBe(2)
    expect(succeeded).toMatchObject({ attempt: 3, fallback: { code: 'request-failed', details: { status: 500 } } })
    expect(entries.at(-1)!.event).toMatchObject({ type: 'run-succeeded', outputs: { value: { text: 'Hello Ada' } } })
  })

  it('says both errors, and what was tried, when the fallback fails too', async () => {
    script.set('/dead2', [{ status: 500 }, { status: 500 }, { status: 500 }])
    const view = await test.run([
      call('/dead2', {
        name: 'Load prices',
        retry: { attempts: 3, backoff: 'fixed', delay: '1ms' },
        fallback: { type: 'test.fail' },
      }),
    ])
    const { error } = view.steps.get('call')!
    expect(error).toMatchObject({
      step: 'call',
      stepName: 'Load prices',
      tried: { attempts: 3, fallback: 'test.fail' },
      details: { first: { code: 'request-failed', status: 500 } },
    })
    expect(error!.message).toMatch(/answered 500 .*Its fallback test\.fail failed too: it was told to fail/)
    expect(view.error?.message).toContain('Step "Load prices" (call) failed')
  })

  it('goes straight to the fallback when another attempt would not help', async () => {
    const view = await test.run([
      call('/gone', {
        with: { url: 'not an address' },
        retry: { attempts: 5, backoff: 'fixed', delay: '1h' },
        fallback: { type: 'test.value', with: { value: 1 } },
      }),
    ])
    expect(view.steps.get('call')).toMatchObject({ status: 'succeeded', attempt: 2 })
  })

  it('gives the fallback a timeout of its own', async () => {
    const gate = (name: string) => ({ type: 'test.gate', with: { name } })
    const view = await test.run([
      { id: 'slow', ...gate('fallback-never'), timeout: '20ms', fallback: gate('fallback-never-either') },
    ])
    expect(view.steps.get('slow')!.error).toMatchObject({
      code: 'step-timeout',
      tried: { attempts: 1, fallback: 'test.gate' },
    })
  })

  it('never reuses a step with effects unless it says so, then as long as it says', async () => {
    const run = async (more: Partial<Step>): Promise<number> => {
      const before = seen('/cached')
      const view = await test.run([call('/cached', more)])
      expect(view.status).toBe('succeeded')
      return seen('/cached') - before
    }
    expect(await run({})).toBe(1)
    expect(await run({})).toBe(1)
    expect(await run({ cache: 'forever' })).toBe(1)
    expect(await run({ cache: 'forever' })).toBe(0)
    expect(await run({ cache: '1h' })).toBe(0)
    expect(await run({ cache: '1ms' })).toBe(1)
    expect(await run({ cache: 'off' })).toBe(1)
    expect(await run({ cache: 'forever', with: { url: `${server.url}/cached`, method: 'POST' } })).toBe(1)
  })

  it('goes by a key of its own where there is one', async () => {
    const run = async (url: string, customer: number): Promise<number> => {
      const before = server.seen.length
      await test.run([call(url, { cache: 'forever', cache_key: 'customer {{ inputs.customer }}' })], {
        inputs: { customer },
      })
      return server.seen.length - before
    }
    expect(await run('/keyed/a', 1)).toBe(1)
    expect(await run('/keyed/b', 1)).toBe(0)
    expect(await run('/keyed/b', 2)).toBe(1)
  })

  it('fails a run that takes longer than its limit, naming the limit and what was under way', async () => {
    const runId = await startWith(
      [{ id: 'long', name: 'Long talk', type: 'test.gate', with: { name: 'limit-never' } }],
      {
        limits: { time: '150ms' },
      },
    )
    const view = await test.ended(runId)
    expect(view.error).toMatchObject({
      code: 'run-limit',
      step: 'long',
      details: { limit: 'time', value: '150ms', underWay: ['long'] },
    })
    expect(view.error?.message).toContain('150ms')
    expect(view.steps.get('long')!.status).toBe('cancelled')
  })

  it('counts every attempt against the limit of steps', async () => {
    const runId = await startWith(
      [
        {
          id: 'each',
          type: 'flow.map',
          with: { items: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], concurrency: 3 },
          steps: [{ id: 'write', type: 'test.write', with: { value: 'limit {{ item }}' } }],
        },
      ],
      { limits: { steps: 5 } },
    )
    const entries = await entriesOf(runId)
    expect(entries.filter(({ event }) => event.type === 'step-started')).toHaveLength(5)
    expect(entries.at(-1)!.event).toMatchObject({
      type: 'run-failed',
      error: { code: 'run-limit', details: { limit: 'steps', value: 5 } },
    })
  })

  const limited = (gate: string, more: Partial<Step> = {}): Step => ({
    id: 'limited',
    type: 'test.gate',
    with: { name: gate },
    limit: { key: 'doors', concurrency: 1 },
    ...more,
  })
  /** Resolves once the journal of a run has such an event. */
  const eventOf = async (runId: string, type: JournalEntry['event']['type']): Promise<JournalEntry['event']> => {
    const stop = new AbortController()
    for await (const signal of test.engine.watch(runId, 0, stop.signal)) {
      if (signal.kind !== 'event' || signal.entry.event.type !== type) continue
      stop.abort()
      return signal.entry.event
    }
    throw new Error(`no ${type} came`)
  }

  it('lets steps of all runs wait for a place at a limit, by priority, and tells of it', async () => {
    const { gates } = test.world
    const first = await test.start([limited('limit-1')])
    await gates.arrived('limit-1')
    const second = await test.start([limited('limit-2')])
    expect(await eventOf(second, 'step-held')).toMatchObject({ path: 'limited', attempt: 1, limit: 'doors' })
    const urgent = await test.start([limited('limit-3', { priority: 5 })])
    await eventOf(urgent, 'step-held')
    expect(gates.waiting).toBe(1)
    gates.open('limit-1')
    await gates.arrived('limit-3')
    expect(gates.waiting).toBe(1)
    gates.open('limit-3')
    gates.open('limit-2')
    for (const runId of [first, second, urgent]) expect((await test.ended(runId)).status).toBe('succeeded')
  })

  it('cancels and pauses steps that wait at a limit, and takes them up again', async () => {
    const { gates } = test.world
    const holder = await test.start([limited('limit-4')])
    await gates.arrived('limit-4')
    const cancelled = await test.start([limited('limit-never')])
    const paused = await test.start([limited('limit-5')])
    await Promise.all([cancelled, paused].map((runId) => eventOf(runId, 'step-held')))
    await test.engine.tell(localScope, paused, { kind: 'pause' })
    await eventOf(paused, 'run-paused')
    await test.engine.cancel(localScope, cancelled)
    expect((await test.ended(cancelled)).status).toBe('cancelled')
    gates.open('limit-4')
    await test.ended(holder)
    expect((await test.engine.entries(paused)).some(({ event }) => event.type === 'step-started')).toBe(false)
    gates.open('limit-5')
    await test.engine.tell(localScope, paused, { kind: 'resume', mode: 'continue' })
    expect((await test.ended(paused)).status).toBe('succeeded')
  })

  it('lets other runs go on while those that wait at a limit fill the process', async () => {
    const crowded = await openTestEngine(await open(), { maxRuns: 2 })
    const { gates } = crowded.world
    const waiting = await Promise.all([1, 2, 3, 4].map((number) => crowded.start([limited(`crowd-${number}`)])))
    const free = await crowded.start([{ id: 'free', type: 'test.value', with: { value: 1 } }])
    expect((await crowded.ended(free)).status).toBe('succeeded')
    for (const number of [1, 2, 3, 4]) gates.open(`crowd-${number}`)
    for (const runId of waiting) expect((await crowded.ended(runId)).status).toBe('succeeded')
    await crowded.close()
  })

  it('asks for no place for a step whose output is at hand', async () => {
    const more = { cache: 'forever', limit: { key: 'hourly', rate: '1/h' } } as const
    expect((await test.run([call('/limit-cached', more)])).status).toBe('succeeded')
    expect((await test.run([call('/limit-cached', more)])).steps.get('call')).toMatchObject({ cached: true })
  })

  it('ends a run that is paused when its time is over', async () => {
    const runId = await startWith(
      [
        { id: 'gate', type: 'test.gate', with: { name: 'time-1' } },
        { id: 'after', type: 'test.value', needs: ['gate'] },
      ],
      {
        limits: { time: '2s' },
      },
    )
    await test.world.gates.arrived('time-1')
    await test.engine.tell(localScope, runId, { kind: 'pause' })
    await eventOf(runId, 'run-paused')
    test.world.gates.open('time-1')
    const view = await test.ended(runId)
    expect(view).toMatchObject({ status: 'failed', error: { code: 'run-limit', details: { limit: 'time' } } })
    expect(view.durationMs).toBeLessThan(20_000)
  })

  it('ends a run that has spent its money, also on attempts that failed', async () => {
    const spend = (id: string, needs: string[]): Step => ({ id, type: 'test.spend', needs, with: { prompt: id } })
    const runId = await startWith(
      [
        {
          ...spend('fails', []),
          with: { prompt: 'fail' },
          retry: { attempts: 2, backoff: 'fixed', delay: '1ms' },
          on_error: 'continue',
        },
        spend('second', ['fails']),
        spend('third', ['second']),
      ],
      { limits: { cost: 0.1 } },
    )
    const view = await test.ended(runId)
    expect(view.error).toMatchObject({ code: 'run-limit', step: 'third', details: { limit: 'cost', value: 0.1 } })
    expect(view.error!.details!['costUsd']).toBeCloseTo(0.12)
    expect(view.steps.get('second')!.status).toBe('succeeded')
  })

  it('counts what was before a worker closed', async () => {
    const database = await open()
    const first = await openTestEngine(database)
    const write = (id: string, needs: string[]): Step => ({ id, type: 'test.write', needs, with: { value: id } })
    const gate: Step = { id: 'gate', type: 'test.gate', needs: ['a'], with: { name: 'counted' } }
    const runId = await first.engine.start({
      scope: localScope,
      pipelineName: 'test',
      document: {
        orchestrator: 1,
        name: 'test',
        steps: [write('a', []), gate, write('b', ['gate']), write('c', ['b'])],
        limits: { steps: 4 },
      },
      inputs: {},
    })
    await first.world.gates.arrived('counted')
    await first.close()
    const second = await openTestEngine(database)
    await second.world.gates.arrived('counted')
    second.world.gates.open('counted')
    // a, the gate twice, b: nothing is left for c.
    const view = await second.ended(runId)
    expect(view.error).toMatchObject({ code: 'run-limit', step: 'c', details: { steps: 4 } })
    expect(second.world.written).toEqual(['b'])
    await second.close()
  })

  it('names the step and the item of an error, with the item in a few words', async () => {
    const view = await test.run([
      {
        id: 'each',
        type: 'flow.map',
        with: { items: [{ name: 'Ada' }, { name: 'Bob' }], item_errors: 'fail' },
        steps: [{ id: 'check', name: 'Check person', type: 'test.fail', with: { when: '{{ item.name == "Bob" }}' } }],
      },
    ])
    expect(view.steps.get('each[1].check')!.error).toMatchObject({
      step: 'each[1].check',
      stepName: 'Check person',
      item: { index: 1, label: 'Bob' },
      tried: { attempts: 1 },
    })
    expect(view.error?.message).toMatch(/^Step "Check person" \(each\[1\]\.check\), item 1 \(Bob\) failed: /)
  })
})
