import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase, type Database } from '#db/client.ts'
import { createPlaces } from '#db/testing/places.ts'
import type { Step } from '#pipeline/document.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import { localScope } from '#server/auth/scope.ts'
import { documentOf, openTestEngine, type TestEngine, valueIn } from '../testing/test-engine.ts'

const count = 90
// On PostgreSQL only: the embedded database has one process.
const places = createPlaces('postgres')
const closers: (() => unknown)[] = []
let database: Database
const workers: TestEngine[] = []

beforeAll(async () => {
  const place = await places.make()
  const dataDir = mkdtempSync(join(tmpdir(), 'spread-reuse-'))
  closers.push(() => rmSync(dataDir, { recursive: true, force: true }))
  for (let index = 0; index < 2; index += 1) {
    database = await openDatabase(place)
    workers.push(await openTestEngine(database, { dataDir, spreadFrom: 40, onProblem: () => {} }))
  }
})
afterAll(async () => {
  for (const worker of workers) await worker.close()
  await database.close()
  for (const close of closers) await close()
  await places.remove()
})

const steps = (failing: boolean): Step[] => [
  {
    id: 'each',
    type: 'flow.map',
    with: { items: Array.from({ length: count }, (_, index) => index), concurrency: 8 },
    steps: [
      { id: 'read', type: 'test.write', with: { value: 'read {{ item }}' } },
      { id: 'fail', type: 'test.fail', needs: ['read'], with: { when: `{{ ${failing} and item == 55 }}` } },
      { id: 'last', type: 'test.write', needs: ['fail'], with: { value: 'last {{ item }}' } },
    ],
  },
  { id: 'sum', type: 'test.write', needs: ['each'], with: { value: '{{ each.failed }} of {{ each.count }} failed' } },
]

async function run(options?: RunOptions, failing = true) {
  const before = workers.map(({ world }) => world.written.length)
  const runId = await workers[0]!.engine.start({
    scope: localScope,
    pipelineName: 'test',
    document: documentOf(steps(failing), { items: '{{ each.items }}' }),
    inputs: {},
    ...(options && { options }),
  })
  const view = await workers[0]!.ended(runId)
  const written = workers.flatMap(({ world }, index) => world.written.slice(before[index]).map(String))
  const { rows } = await database.query('select from runs where parent_run_id = $1', [runId])
  return { runId, view, written, parts: rows.length, items: (valueIn(view.outputs) as { items: unknown[] }).items }
}

it('items of a map that was spread are taken over where they were carried out', { timeout: 120_000 }, async () => {
  const first = await run()
  expect(first.parts).toBeGreaterThan(1)
  expect(first.written).toHaveLength(2 * count)
  expect(first.items[55]).toBeNull()

  const again = await run({ reuse: { runId: first.runId, from: ['each[77].last'] } })
  // Each worker has a list of its own, so their order tells nothing.
  expect(again.written.toSorted()).toEqual(['1 of 90 failed', 'last 77'])
  expect(again.items).toEqual(first.items)

  // Of a run that has itself taken over all but one item, whose steps are two runs back.
  const third = await run({ reuse: { runId: again.runId, from: ['sum'] } })
  expect(third).toMatchObject({ written: ['1 of 90 failed'], parts: 0 })
  const fourth = await run({ reuse: { runId: third.runId, from: ['each[3].last'] } })
  expect(fourth.written.toSorted()).toEqual(['1 of 90 failed', 'last 3'])

  const repaired = await run({ reuse: { runId: first.runId, from: ['each[55].fail'] } }, false)
  // The step has changed, in every item, and what is before it has not.
  expect(repaired.written.toSorted()).toEqual(
    [...Array.from({ length: count }, (_, index) => `last ${index}`), '0 of 90 failed'].toSorted(),
  )
})
