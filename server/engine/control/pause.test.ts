import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEachDatabase } from '#db/testing.ts'
import type { Database } from '#db/client.ts'
import type { Step } from '#pipeline/document.ts'
import type { RunEvent } from '#pipeline/events.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import { foldRun } from '#pipeline/run-view.ts'
import { localScope } from '#server/auth/scope.ts'
import type { RunCommand } from '../engine-types.ts'
import { documentOf, openTestEngine, type TestEngine, valueIn } from '../testing/test-engine.ts'

const write = (id: string, needs: string[] = [], value: unknown = id): Step => ({
  id,
  type: 'test.write',
  needs,
  with: { value: value as string },
})

describeEachDatabase('a run that is paused', (open) => {
  let database: Database
  let test: TestEngine
  beforeAll(async () => {
    database = await open()
    test = await openTestEngine(database)
  })
  afterAll(() => test.close())

  const start = (steps: Step[], options?: RunOptions): Promise<string> =>
    test.engine.start({
      scope: localScope,
      pipelineName: 'test',
      document: documentOf(steps),
      inputs: {},
      ...(options && { options }),
    })
  const tell = (runId: string, command: RunCommand): Promise<void> => test.engine.tell(localScope, runId, command)
  const resume = (runId: string, mode: 'continue' | 'step' = 'continue'): Promise<void> =>
    tell(runId, { kind: 'resume', mode })

  const statusOf = async (runId: string): Promise<string> => {
    const { rows } = await database.query<{ status: string }>('select status from runs where id = $1', [runId])
    return rows[0]!.status
  }
  /** Once nothing of it is in memory any more. */
  const untilPaused = (runId: string) => expect.poll(() => statusOf(runId), { timeout: 10_000 }).toBe('paused')

  async function eventsOf<Type extends RunEvent['type']>(
    runId: string,
    type: Type,
  ): Promise<Extract<RunEvent, { type: Type }>[]> {
    const entries = await test.engine.entries(runId)
    return entries.flatMap(({ event }) => (event.type === type ? [event as Extract<RunEvent, { type: Type }>] : []))
  }
  const startedBy = async (runId: string): Promise<string[]> =>
    (await eventsOf(runId, 'step-started')).map(({ path }) => path)
  const standsAt = async (runId: string) => (await eventsOf(runId, 'run-paused')).at(-1)

  it('lets steps in flight end and starts nothing more until it goes on', async () => {
    const runId = await start([
      { id: 'gate', type: 'test.gate', with: { name: 'pause-1' } },
      write('after', ['gate'], 'after the pause'),
    ])
    await test.world.gates.arrived('pause-1')
    await tell(runId, { kind: 'pause' })
    await expect.poll(() => standsAt(runId)).toMatchObject({ reason: 'asked', by: 'owner' })
    test.world.gates.open('pause-1')
    await untilPaused(runId)
    expect(foldRun(await test.engine.entries(runId)).steps.get('gate')?.status).toBe('succeeded')
    expect(test.world.written).not.toContain('after the pause')
    await resume(runId)
    const view = await test.ended(runId)
    expect(view.status).toBe('succeeded')
    expect(test.world.written.filter((value) => value === 'after the pause')).toHaveLength(1)
  })

  it('stays paused over a restart, and goes on after it', async () => {
    const steps: Step[] = [
      { id: 'gate', type: 'test.gate', with: { name: 'pause-2' }, runs_on: ['restarted'] },
      write('after', ['gate'], 'after the restart'),
    ]
    const before = await openTestEngine(database, { labels: ['restarted'] })
    const runId = await before.start(steps)
    await before.world.gates.arrived('pause-2')
    await before.engine.tell(localScope, runId, { kind: 'pause' })
    await expect.poll(() => standsAt(runId)).toBeDefined()
    // With a step in flight, which runs again: what had begun goes on.
    await before.close()
    const after = await openTestEngine(database, { labels: ['restarted'] })
    await after.world.gates.arrived('pause-2')
    after.world.gates.open('pause-2')
    await untilPaused(runId)
    await after.close()
    const last = await openTestEngine(database, { labels: ['restarted'] })
    expect(after.world.written).toEqual([])
    await last.engine.tell(localScope, runId, { kind: 'resume', mode: 'continue' })
    expect((await last.ended(runId)).status).toBe('succeeded')
    expect(last.world.written).toEqual(['after the restart'])
    await last.close()
  })

  it('stops before each step when it is stepped through, inside containers too', async () => {
    const runId = await start(
      [
        write('a'),
        {
          id: 'each',
          type: 'flow.map',
          needs: ['a'],
          with: { items: [1, 2], concurrency: 2 },
          steps: [write('leaf', [], 'stepped {{ item }}')],
        },
        write('end', ['each']),
      ],
      { stepThrough: true },
    )
    const stops = ['a', 'each', 'each[0].leaf', 'each[1].leaf', 'end']
    for (const [index, path] of stops.entries()) {
      await untilPaused(runId)
      expect(await standsAt(runId)).toEqual({ type: 'run-paused', reason: 'step-through', path })
      expect(await startedBy(runId)).toHaveLength(index)
      await resume(runId, index === stops.length - 1 ? 'continue' : 'step')
      await expect.poll(async () => (await startedBy(runId)).length).toBe(index + 1)
    }
    expect((await test.ended(runId)).status).toBe('succeeded')
    expect(await startedBy(runId)).toEqual(stops)
  })

  it('lets one of several steps start that are due', async () => {
    const runId = await start([write('a'), write('b'), write('c')], { stepThrough: true })
    await untilPaused(runId)
    await resume(runId, 'step')
    await expect.poll(async () => (await eventsOf(runId, 'run-paused')).length).toBe(2)
    await untilPaused(runId)
    expect(await startedBy(runId)).toEqual(['a'])
    await resume(runId)
    expect((await test.ended(runId)).status).toBe('succeeded')
  })

  it('stops at breakpoints: always, in one item, or when a condition holds', async () => {
    const steps: Step[] = [
      write('a'),
      {
        id: 'each',
        type: 'flow.map',
        needs: ['a'],
        with: { items: [10, 20, 30], concurrency: 1 },
        steps: [write('leaf', [], 'broken {{ item }}'), write('tail', ['leaf'])],
      },
    ]
    const breakpoints = [
      { step: 'a' },
      { step: 'each[0].tail' },
      { step: 'each.leaf', condition: 'item > 10 and a == "a"' },
      { step: 'each[2].tail', condition: 'nonsense +' },
    ]
    const runId = await start(steps, { breakpoints })
    for (const path of ['a', 'each[0].tail', 'each[1].leaf', 'each[2].leaf', 'each[2].tail']) {
      await untilPaused(runId)
      expect(await standsAt(runId)).toEqual({ type: 'run-paused', reason: 'breakpoint', path })
      await resume(runId)
      await expect.poll(() => startedBy(runId)).toContain(path)
    }
    expect((await test.ended(runId)).status).toBe('succeeded')
    expect(await eventsOf(runId, 'run-paused')).toHaveLength(5)
  })

  it('takes other breakpoints on the way', async () => {
    const runId = await start([write('a'), write('b', ['a']), write('c', ['b'])], { breakpoints: [{ step: 'b' }] })
    await untilPaused(runId)
    await tell(runId, { kind: 'breakpoints', breakpoints: [{ step: 'c' }] })
    await resume(runId)
    await expect.poll(async () => (await standsAt(runId))?.path).toBe('c')
    await untilPaused(runId)
    await tell(runId, { kind: 'breakpoints', breakpoints: [] })
    await resume(runId)
    expect((await test.ended(runId)).status).toBe('succeeded')
  })

  it('gives the steps after it a value that somebody changed', async () => {
    const runId = await start([write('a'), write('b', ['a'], 'b of {{ a }}')], { breakpoints: [{ step: 'b' }] })
    await untilPaused(runId)
    await tell(runId, { kind: 'edit', path: 'a', output: { value: 'another a' } })
    // Of no step that has ended: nothing becomes of it.
    await tell(runId, { kind: 'edit', path: 'b', output: { value: 'never' } })
    await expect.poll(() => eventsOf(runId, 'value-edited')).toHaveLength(1)
    await untilPaused(runId)
    await resume(runId)
    const view = await test.ended(runId)
    expect(valueIn(view.steps.get('b')!.output)).toBe('b of another a')
    // Who runs it again from there works with the changed value as well.
    const again = await start([write('a'), write('b', ['a'], 'b of {{ a }}')], { reuse: { runId, from: ['b'] } })
    expect(valueIn((await test.ended(again)).steps.get('b')!.output)).toBe('b of another a')
  })

  it('is not stopped by steps it takes over, and stops before the first that is carried out', async () => {
    const steps = [write('a'), write('b', ['a']), write('c', ['b'])]
    const first = await start(steps)
    await test.ended(first)
    const runId = await start(steps, { reuse: { runId: first, from: ['c'] }, stepThrough: true })
    await untilPaused(runId)
    expect(await standsAt(runId)).toMatchObject({ path: 'c' })
    await resume(runId)
    expect((await test.ended(runId)).status).toBe('succeeded')
  })

  it('answers a question that was asked before, and goes no further', async () => {
    const runId = await start([
      { id: 'ask', type: 'flow.approval', with: { title: 'May I?' } },
      write('after', ['ask.approved'], 'after the answer'),
    ])
    await expect.poll(() => statusOf(runId)).toBe('waiting')
    await tell(runId, { kind: 'pause' })
    await untilPaused(runId)
    const { rows } = await database.query<{ id: string }>('select id from run_waits where run_id = $1', [runId])
    await test.engine.answerWait(rows[0]!.id, { kind: 'approved', by: 'owner', at: Date.now() })
    await expect.poll(async () => (await eventsOf(runId, 'step-succeeded')).map(({ path }) => path)).toEqual(['ask'])
    await untilPaused(runId)
    expect(test.world.written).not.toContain('after the answer')
    await resume(runId)
    expect((await test.ended(runId)).status).toBe('succeeded')
  })

  it('cannot be told anything once it has ended', async () => {
    const runId = await start([write('a')])
    await test.ended(runId)
    await expect(resume(runId)).rejects.toMatchObject({ code: 'conflict' })
    await expect(tell('nowhere', { kind: 'pause' })).rejects.toMatchObject({ code: 'not-found' })
  })
})
