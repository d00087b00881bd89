import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEachDatabase } from '#db/testing.ts'
import type { Database } from '#db/client.ts'
import type { Step } from '#pipeline/document.ts'
import type { RunEvent } from '#pipeline/events.ts'
import { localScope } from '#server/auth/scope.ts'
import { openTestEngine, statusesOf, type TestEngine } from '../testing/test-engine.ts'

describeEachDatabase('cancelling a run', (open) => {
  let database: Database
  let test: TestEngine
  beforeAll(async () => {
    database = await open()
    test = await openTestEngine(database)
  })
  afterAll(() => test.close())

  const cancel = (runId: string): Promise<void> => test.engine.cancel(localScope, runId)

  /** A step that goes on in spite of its signal, until the gate is opened. */
  const stubborn = (name: string, more: Partial<Step> = {}): Step => ({
    id: 'stubborn',
    type: 'test.stubborn',
    with: { name },
    ...more,
  })

  async function eventOf(runId: string, type: RunEvent['type']): Promise<void> {
    for await (const signal of test.engine.watch(runId, 0, AbortSignal.timeout(20_000))) {
      if (signal.kind === 'event' && signal.entry.event.type === type) return
    }
  }

  it('ends at once a step that heeds its signal', async () => {
    const runId = await test.start([{ id: 'gate', type: 'test.gate', with: { name: 'heeds' } }])
    await test.world.gates.arrived('heeds')
    await cancel(runId)
    const view = await test.ended(runId)
    expect(view.status).toBe('cancelled')
    expect(statusesOf(view)).toEqual({ gate: 'cancelled' })
    expect(view.durationMs).toBeLessThan(5_000)
  })

  it('records what a step has done that ends within its grace period, and starts nothing after it', async () => {
    const runId = await test.start([
      stubborn('within'),
      { id: 'after', type: 'test.write', needs: ['stubborn'], with: { value: 'after a cancelled step' } },
    ])
    await test.world.gates.arrived('within')
    await cancel(runId)
    await eventOf(runId, 'cancel-requested')
    test.world.gates.open('within')
    const view = await test.ended(runId)
    expect(view.status).toBe('cancelled')
    expect(statusesOf(view)).toEqual({ stubborn: 'succeeded', after: 'skipped' })
    expect(test.world.written).not.toContain('after a cancelled step')
  })

  it('waits no longer than the grace period', async () => {
    const short = await openTestEngine(database, { cancelGraceMs: 150, labels: ['short'] })
    const runId = await short.start([stubborn('too-long', { runs_on: ['short'] })])
    await short.world.gates.arrived('too-long')
    await short.engine.cancel(localScope, runId)
    const view = await short.ended(runId)
    expect(statusesOf(view)).toEqual({ stubborn: 'cancelled' })
    short.world.gates.open('too-long')
    await short.close()
  })

  it('waits for nothing when it is asked a second time', async () => {
    const runId = await test.start([stubborn('impatient')])
    await test.world.gates.arrived('impatient')
    await cancel(runId)
    await eventOf(runId, 'cancel-requested')
    await cancel(runId)
    const view = await test.ended(runId)
    expect(statusesOf(view)).toEqual({ stubborn: 'cancelled' })
    expect(view.durationMs).toBeLessThan(5_000)
    test.world.gates.open('impatient')
  })

  it('lets what cleans up run to its end', async () => {
    const runId = await test.start([
      {
        id: 'safe',
        type: 'flow.try',
        steps: [
          { id: 'gate', type: 'test.gate', with: { name: 'cleanup' } },
          {
            id: 'cleanup',
            type: 'flow.finally',
            steps: [{ id: 'close', type: 'test.write', with: { value: 'cleaned up' } }],
          },
        ],
      },
    ])
    await test.world.gates.arrived('cleanup')
    await cancel(runId)
    expect((await test.ended(runId)).status).toBe('cancelled')
    expect(test.world.written).toContain('cleaned up')
  })

  it('reaches runs that wait, are paused, or are queued where nobody takes them', async () => {
    const waiting = await test.start([{ id: 'wait', type: 'flow.approval', with: { title: 'May I?' } }])
    const paused = await test.start([
      { id: 'gate', type: 'test.gate', with: { name: 'paused' } },
      { id: 'after', type: 'test.value', needs: ['gate'] },
    ])
    await test.world.gates.arrived('paused')
    await test.engine.tell(localScope, paused, { kind: 'pause' })
    await eventOf(paused, 'run-paused')
    test.world.gates.open('paused')
    // Asked from a process that carries nothing out, where there can be one.
    const idle = database.kind === 'postgres' ? await openTestEngine(database, { role: 'web' }) : test
    const queued = await idle.engine.start({
      scope: localScope,
      pipelineName: 'test',
      document: { orchestrator: 1, name: 'test', steps: [{ id: 'gpu', type: 'test.value', runs_on: ['nowhere'] }] },
      inputs: {},
    })
    await expect.poll(() => statusOf(waiting)).toBe('waiting')
    await expect.poll(() => statusOf(paused)).toBe('paused')
    for (const runId of [waiting, paused, queued]) {
      await idle.engine.cancel(localScope, runId)
      expect((await test.ended(runId)).status).toBe('cancelled')
    }
    if (idle !== test) await idle.close()
  })

  it('leaves a run as it is that has ended', async () => {
    const runId = await test.start([{ id: 'a', type: 'test.value' }])
    await test.ended(runId)
    await cancel(runId)
    expect(await statusOf(runId)).toBe('succeeded')
    await expect(test.engine.cancel({ ...localScope, workspaceId: 'elsewhere' }, runId)).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  async function statusOf(runId: string): Promise<string> {
    const { rows } = await database.query<{ status: string }>('select status from runs where id = $1', [runId])
    return rows[0]!.status
  }
})
