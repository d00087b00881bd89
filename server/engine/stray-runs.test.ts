import { describeEachDatabase } from '#db/testing.ts'
import { createPlaces } from '#db/testing/places.ts'
import { openDatabase } from '#db/client.ts'
import type { Step } from '#pipeline/document.ts'
import { afterAll, expect, it, vi } from 'vitest'
import { watchStrays } from './stray-runs.ts'
import { openTestEngine } from './testing/test-engine.ts'

const gate: Step[] = [{ id: 'gate', type: 'test.gate', with: { name: 'gate' } }]

it('finds runs that nobody would go on with, and those this worker holds and knows nothing of', async () => {
  const places = createPlaces('postgres')
  afterAll(() => places.remove())
  const database = await openDatabase(await places.make())
  const engine = await openTestEngine(database, { role: 'web' })
  const [lost, owned, fine] = [await engine.start(gate), await engine.start(gate), await engine.start(gate)]
  // As if their jobs had been lost, and as if a start had been committed whose answer never came.
  await database.query(`delete from pgboss.job where id::text = any($1)`, [[lost, owned]])
  await database.query(`update runs set created_at = now() - interval '2 minutes'`)
  await database.query(`update runs set owner = 'me', epoch = 1 where id = $1`, [owned])
  const [requeued, givenBack]: [string[], string[]] = [[], []]
  const stop = watchStrays(database.query, {
    worker: () => 'me',
    isInHand: () => false,
    giveBack: async (runIds) => void givenBack.push(...runIds),
    requeue: async (runIds) => void requeued.push(...runIds),
    cancel: async () => {},
    onProblem: () => {},
    everyMs: 50,
  })
  await vi.waitFor(() => expect(givenBack).toContain(owned), 10_000)
  stop()
  expect(new Set(givenBack)).toEqual(new Set([owned]))
  expect(new Set(requeued)).toEqual(new Set([lost]))
  expect(requeued).not.toContain(fine)
  await engine.close()
  await database.close()
})

describeEachDatabase('a process that is alone', (open) => {
  it('begins what it starts at once, and leaves what is too much to the queue', async () => {
    const database = await open()
    const test = await openTestEngine(database, { maxRuns: 1 })
    const gated = (name: string): Promise<string> => test.start([{ id: 'gate', type: 'test.gate', with: { name } }])
    const whereabouts = async (runId: string) =>
      (
        await database.query<{ owned: boolean; queued: boolean }>(
          `select owner is not null as owned, exists (select from pgboss.job j where j.id::text = runs.id) as queued
          from runs where id = $1`,
          [runId],
        )
      ).rows[0]
    // Only while nothing is being fetched: it looks at the queue after every run.
    let tries = 0
    const direct = await vi.waitFor(async () => {
      tries += 1
      const runId = await gated(`first ${tries}`)
      const found = await whereabouts(runId)
      if (found?.queued) {
        test.world.gates.open(`first ${tries}`)
        await test.ended(runId)
      }
      expect(found).toEqual({ owned: true, queued: false })
      return runId
    }, 20_000)
    const second = await gated('second')
    expect(await whereabouts(second)).toEqual({ owned: false, queued: true })
    test.world.gates.open(`first ${tries}`)
    test.world.gates.open('second')
    for (const runId of [direct, second]) expect((await test.ended(runId)).status).toBe('succeeded')
    await test.close()
  })
})
