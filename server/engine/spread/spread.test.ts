import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Database, type DatabaseOptions } from '#db/client.ts'
import { createPlaces } from '#db/testing/places.ts'
import type { JsonValue, Step } from '#pipeline/document.ts'
import { localScope } from '#server/auth/scope.ts'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { createRunOverviews } from '#server/runs/run-overviews.ts'
import { readItems } from '#server/runs/spread-items.ts'
import { openTestEngine, statusesOf, type TestEngine, valueIn } from '../testing/test-engine.ts'
import { findPart } from './find-part.ts'

const count = 120
const range = Array.from({ length: count }, (_, index) => index)

// On PostgreSQL only: the embedded database has one process.
describe('maps that are spread over workers', () => {
  const places = createPlaces('postgres')
  afterAll(() => places.remove())
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  /** So many workers on one database; to the database each is a process of its own. */
  async function openWorkers(size: number): Promise<{ database: Database; workers: TestEngine[] }> {
    const shared: DatabaseOptions = await places.make()
    const dataDir = mkdtempSync(join(tmpdir(), 'spread-test-'))
    closers.push(() => rmSync(dataDir, { recursive: true, force: true }))
    const workers: TestEngine[] = []
    const open = async (): Promise<Database> => {
      const database = await openDatabase(shared)
      closers.push(() => database.close())
      return database
    }
    for (let index = 0; index < size; index += 1) {
      const worker = await openTestEngine(await open(), { dataDir, spreadFrom: 60, onProblem: () => {} })
      closers.push(() => worker.close())
      workers.push(worker)
    }
    return { database: await open(), workers }
  }
  const partsOf = async (database: Database, runId: string) =>
    (
      await database.query<{ id: string; status: string; from: number }>(
        `select id, status, (part->>'from')::int as "from" from runs where parent_run_id = $1 order by 3`,
        [runId],
      )
    ).rows

  const map = (body: Step[], more: Record<string, JsonValue> = {}): Step[] => [
    { id: 'before', type: 'test.value', with: { value: { factor: 10 } } },
    {
      id: 'each',
      type: 'flow.map',
      needs: ['before'],
      with: { items: range, concurrency: 8, ...more },
      steps: body,
    },
  ]

  it('have their items worked on by all, and their results in order', async () => {
    const { database, workers } = await openWorkers(3)
    const [first] = workers
    const runId = await first!.start(
      map([
        { id: 'write', type: 'test.write', with: { value: '{{ item * before.factor }}' } },
        { id: 'fail', type: 'test.fail', needs: ['write'], with: { when: '{{ item == 77 }}' } },
        { id: 'whose', type: 'test.value', needs: ['fail'], with: { value: '{{ [write, index, run.id] }}' } },
      ]),
      {
        outputs: { items: '{{ each.items }}', errors: '{{ each.errors }}', counts: '{{ [each.count, each.failed] }}' },
      },
    )
    const view = await first!.ended(runId)
    expect(view.status).toBe('succeeded')
    const { items, errors, counts } = valueIn(view.outputs) as { items: unknown[]; errors: unknown; counts: unknown }
    expect(items).toEqual(range.map((index) => (index === 77 ? null : [index * 10, index, runId])))
    expect(errors).toEqual([{ index: 77, step: 'each[77].fail', message: expect.any(String) }])
    expect(counts).toEqual([count, 1])

    for (const { world } of workers) expect(world.written.length).toBeGreaterThan(0)
    expect(workers.flatMap(({ world }) => world.written).toSorted((a, b) => Number(a) - Number(b))).toEqual(
      range.map((index) => index * 10),
    )
    const { rows } = await database.query('select steps_done, steps_failed from runs where id = $1', [runId])
    // Two of each item but one and the last of 77, the step before and the map.
    expect(rows).toEqual([{ steps_done: 3 * count - 2 + 2, steps_failed: 1 }])
    const parts = await partsOf(database, runId)
    expect(parts.map(({ status }) => status)).toEqual(parts.map(() => 'succeeded'))
    expect(await findPart(database.query, runId, 'each[77].fail')).toBe(parts.findLast(({ from }) => from <= 77)!.id)
    expect(await findPart(database.query, runId, 'before')).toBeNull()
    const overviews = createRunOverviews((id, { after, limit }) => first!.engine.entries(id, { after, limit }))
    const page = await readItems(database.query, overviews, runId, { path: 'each', from: parts[1]!.from - 1, limit: 3 })
    expect(page).toMatchObject({ path: 'each', total: count })
    expect(page.items.map(({ index }) => index)).toEqual([-1, 0, 1].map((step) => parts[1]!.from + step))
    expect(page.items.flatMap(({ steps }) => steps.map(({ path }) => path))).toContain(`each[${parts[1]!.from}].write`)
    const failed = await readItems(database.query, overviews, runId, {
      path: 'each',
      from: 0,
      limit: 9,
      status: 'failed',
    })
    expect(failed).toMatchObject({ total: 1, items: [{ index: 77 }] })
  })

  it('end with the run when it is cancelled', async () => {
    const { database, workers } = await openWorkers(2)
    const [first, second] = workers
    const runId = await first!.start(map([{ id: 'gate', type: 'test.gate', with: { name: 'cancel' } }]))
    await Promise.all([first!.world.gates.arrived('cancel'), second!.world.gates.arrived('cancel')])
    await second!.engine.cancel(localScope, runId)
    expect((await first!.ended(runId)).status).toBe('cancelled')
    await vi.waitFor(async () => {
      const parts = await partsOf(database, runId)
      expect(parts.length).toBeGreaterThan(0)
      expect(parts.map(({ status }) => status)).toEqual(parts.map(() => 'cancelled'))
    }, 20_000)
  })

  it('fail with the first item when they are told to, and end the other parts', async () => {
    const { database, workers } = await openWorkers(2)
    const body: Step[] = [{ id: 'fail', type: 'test.fail', with: { when: '{{ item == 5 }}' } }]
    const runId = await workers[0]!.start(map(body, { item_errors: 'fail' }))
    const view = await workers[0]!.ended(runId)
    expect(statusesOf(view)).toMatchObject({ before: 'succeeded', each: 'failed' })
    expect(view.error).toMatchObject({ step: 'each[5].fail', code: 'request-failed' })
    expect(view.error!.message.match(/failed:/g)).toHaveLength(1)
    await vi.waitFor(async () => {
      for (const { status } of await partsOf(database, runId)) expect(status).toMatch(/succeeded|failed|cancelled/)
    }, 20_000)
  })

  it('go on elsewhere when the worker of the run stops', async () => {
    const { workers } = await openWorkers(3)
    const runId = await workers[0]!.start(
      map([
        { id: 'gate', type: 'test.gate', with: { name: '{{ "hold" if item == 3 else "go" }}' } },
        { id: 'write', type: 'test.write', needs: ['gate'], with: { value: '{{ item }}' } },
      ]),
      { outputs: { count: '{{ each.items | length }}' } },
    )
    for (const { world } of workers) world.gates.open('go')
    await Promise.race(workers.map(({ world }) => world.gates.arrived('hold')))
    // Whoever has the run itself: one after the other goes, and a new one comes.
    for (const worker of workers.slice(0, 2)) await worker.engine.close()
    const last = workers[2]!
    last.world.gates.open('hold')
    const view = await last.ended(runId)
    expect(valueIn(view.outputs)).toEqual({ count })
    const written = workers.flatMap(({ world }) => world.written)
    expect(new Set(written).size).toBe(count)
  })

  it('stay where they are when they are small, end early, or nobody else is there', async () => {
    const { database, workers } = await openWorkers(2)
    const body: Step[] = [{ id: 'write', type: 'test.write', with: { value: '{{ item }}' } }]
    const small = await workers[0]!.start(map(body, { items: [1, 2, 3] }))
    const early = await workers[0]!.start(map(body, { stop_when: 'index == 100' }))
    await Promise.all([workers[0]!.ended(small), workers[0]!.ended(early)])
    await workers[1]!.engine.close()
    const alone = await workers[0]!.run(map(body))
    expect(alone.status).toBe('succeeded')
    const { rows } = await database.query('select id from runs where parent_run_id is not null')
    expect(rows).toEqual([])
  })
})
