import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import type { Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { openTestEngine, type TestEngine, valueIn } from '../testing/test-engine.ts'

describeEachDatabase('a run whose stream is held back', (open) => {
  let database: Database
  let test: TestEngine
  beforeAll(async () => {
    database = await open()
    test = await openTestEngine(database)
  })
  afterAll(() => test.close())

  const statusOf = async (runId: string): Promise<string> => {
    const { rows } = await database.query<{ status: string }>('select status from runs where id = $1', [runId])
    return rows[0]!.status
  }

  it('is not kept in memory while it is paused, and loses and repeats nothing', { timeout: 60_000 }, async () => {
    const steps: Step[] = [
      { id: 'rows', type: 'test.stream', with: { count: 3_000, chunk: 100 } },
      {
        id: 'each',
        type: 'flow.map',
        needs: ['rows.stream'],
        with: { concurrency: 2, keep_results: false },
        steps: [
          { id: 'gate', type: 'test.gate', with: { name: 'held' } },
          { id: 'seen', type: 'test.write', needs: ['gate'], with: { value: '{{ item }}' } },
        ],
      },
    ]
    const runId = await test.start(steps, { outputs: { count: '{{ each.count }}' } })
    await test.world.gates.arrived('held')
    await expect.poll(() => test.world.yielded).toBeGreaterThanOrEqual(900)
    await test.engine.tell(localScope, runId, { kind: 'pause' })
    test.world.gates.open('held')
    await expect.poll(() => statusOf(runId), { timeout: 20_000 }).toBe('paused')
    expect(test.world.yielded).toBeLessThan(3_000)

    await test.engine.tell(localScope, runId, { kind: 'resume', mode: 'continue' })
    const view = await test.ended(runId)
    expect(valueIn(view.outputs)).toEqual({ count: 3_000 })
    expect(test.world.written.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 3_000 }, (_, n) => n),
    )
  })
})
