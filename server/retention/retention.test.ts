import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, type Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import type { StoredValue } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { localScope } from '#server/auth/scope.ts'
import { type BlobStore, createFolderBlobs } from '#server/blobs/blobs.ts'
import { createJournal } from '#server/engine/journal.ts'
import type { Journal } from '#server/engine/journal-types.ts'
import { createValueStore } from '#server/engine/value-store.ts'
import { createSettings } from '#server/workspaces/settings.ts'
import { dropUnknown } from './drop-values.ts'
import { createRetention, type Retention } from './retention.ts'

const dayMs = 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'orchestrator-retention-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A value too large for the journal. */
const large = (letter: string): string => letter.repeat(20_000)

interface RunOptions {
  /** Days since its end; absent: it has not ended. */
  ended?: number
  keep?: boolean
  source?: string
  parent?: string
  workspace?: string
  /** What happens between its value being stored and the event that refers to it. */
  between?: () => Promise<unknown>
}

describeEachDatabase('retention', (open, { kind, place }) => {
  let database: Database
  let blobs: BlobStore
  let journal: Journal
  let retention: Retention
  /** Days that tests let pass. */
  let daysLater: number

  beforeEach(async () => {
    database = await open()
    blobs = createFolderBlobs(join(folder, newId()))
    journal = createJournal(database)
    daysLater = 0
    retention = createRetention({ database, blobs, now: () => Date.now() + daysLater * dayMs })
  })

  const rules = (runDays: number | null, valueDays: number | null) =>
    createSettings(database).update(localScope, { settings: { retention: { runDays, valueDays } } })

  const store = async (text: string): Promise<StoredValue> => createValueStore(blobs).store(text)

  async function makeRun(
    text: string,
    { ended, keep, source, parent, workspace, between }: RunOptions = {},
  ): Promise<string> {
    const id = newId()
    const endedAt = ended === undefined ? null : new Date(Date.now() - ended * dayMs)
    await database.query(
      `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by, status, created_at,
         finished_at, keep, source_run_id, parent_run_id)
       values ($1, $2, 'Test', 'hash', '{}', 'owner', $3, $4, $5, $6, $7, $8)`,
      [
        id,
        workspace ?? localScope.workspaceId,
        endedAt ? 'succeeded' : 'running',
        endedAt ?? new Date(Date.now() - 400 * dayMs),
        endedAt,
        keep ?? false,
        source ?? null,
        parent ?? null,
      ],
    )
    const { epoch } = await journal.claim(id, 'test')
    const output = await store(text)
    await between?.()
    await journal.append(id, epoch, [
      { type: 'run-started', inputs: {} },
      { type: 'step-succeeded', path: 'load', attempt: 1, output, ports: ['out'], durationMs: 1 },
    ])
    return id
  }

  const runsLeft = async (): Promise<string[]> =>
    (await database.query<{ id: string }>('select id from runs order by id')).rows.map(({ id }) => id)
  const journalsLeft = async (): Promise<string[]> =>
    (await database.query<{ id: string }>('select distinct run_id as id from run_events order by 1')).rows.map(
      ({ id }) => id,
    )
  async function valueOf(runId: string): Promise<unknown> {
    const [, entry] = await journal.read(runId)
    if (entry?.event.type !== 'step-succeeded') throw new Error('no output')
    return createValueStore(blobs).load(entry.event.output)
  }

  it('keeps everything for ever when nothing is said', async () => {
    const id = await makeRun(large('a'), { ended: 3_000 })
    daysLater = 10_000
    expect(await retention.sweep(localScope)).toMatchObject({ runs: 0, values: 0, bytes: 0 })
    expect(await valueOf(id)).toBe(large('a'))
  })

  it('deletes old runs with everything of theirs, and never an unfinished, kept or reused one', async () => {
    const old = await makeRun(large('a'), { ended: 31 })
    await makeRun(large('b'), { ended: 31, parent: old })
    const left = [
      await makeRun(large('c'), { ended: 29 }),
      await makeRun(large('d')),
      await makeRun(large('e'), { ended: 300, keep: true }),
    ]
    const source = await makeRun(large('f'), { ended: 300 })
    left.push(source, await makeRun(large('g'), { source }))
    await database.query(
      "insert into run_waits (id, workspace_id, run_id, path, attempt, kind) values ('w', 'local', $1, 'p', 1, 'form')",
      [old],
    )
    await database.query("insert into run_signals (id, run_id, kind, by) values ('s', $1, 'pause', 'owner')", [old])
    await rules(30, null)
    expect(await retention.sweep(localScope)).toMatchObject({ runs: 1, values: 0 })
    expect(await runsLeft()).toEqual(left.toSorted())
    expect(await journalsLeft()).toEqual(left.toSorted())
    expect((await database.query('select 1 from run_waits union all select 1 from run_signals')).rows).toEqual([])
    // Its values go a while later, in case somebody is about to refer to them.
    daysLater = 0.1
    expect(await retention.sweep(localScope)).toMatchObject({ runs: 0, values: 2, bytes: 2 * (20_000 + 2) })
    for (const id of left) expect(await valueOf(id)).toHaveLength(20_000)
    expect(await retention.report(localScope)).toMatchObject({
      runDays: 30,
      valueDays: null,
      runs: 5,
      keptRuns: 1,
      lastSweep: { runs: 0, values: 2, error: null },
    })
  })

  it('deletes big values before their runs, and the run says so', async () => {
    const old = await makeRun(large('a'), { ended: 8 })
    const small = await makeRun('small', { ended: 8 })
    const shared = await makeRun(large('b'), { ended: 8 })
    const recent = await makeRun(large('b'), { ended: 6 })
    const kept = await makeRun(large('c'), { ended: 8, keep: true })
    await rules(null, 7)
    expect(await retention.sweep(localScope)).toMatchObject({ runs: 0, values: 0 })
    daysLater = 0.1
    expect(await retention.sweep(localScope)).toMatchObject({ runs: 0, values: 1 })
    await expect(valueOf(old)).rejects.toMatchObject({
      code: 'value-missing',
      message: expect.stringContaining('The value of 20 kB is gone.'),
    })
    expect(await valueOf(small)).toBe('small')
    for (const id of [shared, recent]) expect(await valueOf(id)).toBe(large('b'))
    expect(await valueOf(kept)).toBe(large('c'))
  })

  it('leaves values alone that are pinned, cached, or wanted by a run that has not begun', async () => {
    const [pinned, cached, wanted] = await Promise.all(['p', 'q', 'r'].map((letter) => store(large(letter))))
    await database.query(
      `insert into pipelines (id, workspace_id, name, document, card, snapshot, created_by)
       values ('pipeline', 'local', 'Test', '{}', '{}', '', 'owner')`,
    )
    await database.query(
      `insert into pipeline_pins (workspace_id, pipeline_id, path, output, created_by)
       values ('local', 'pipeline', 'load', $1, 'owner')`,
      [JSON.stringify(pinned)],
    )
    await database.query("insert into step_cache (workspace_id, key, output) values ('local', 'key', $1)", [
      JSON.stringify({ output: cached, ports: ['out'] }),
    ])
    await makeRun(large('p'), { ended: 31 })
    await makeRun(large('q'), { ended: 31 })
    const next = await makeRun(large('x'))
    await database.query('update runs set options = $2 where id = $1', [
      next,
      JSON.stringify({ pins: { load: { output: wanted } } }),
    ])
    await rules(30, null)
    await retention.sweep(localScope)
    daysLater = 1
    expect(await retention.sweep(localScope)).toMatchObject({ values: 0 })
    expect(await dropUnknown(database, blobs, new Date(Date.now() + dayMs))).toEqual({ values: 0, bytes: 0 })
    for (const value of [pinned, cached, wanted]) {
      expect(await createValueStore(blobs).load(value!)).toHaveLength(20_000)
    }
    await database.query('delete from pipeline_pins')
    expect(await dropUnknown(database, blobs, new Date(Date.now() + dayMs))).toMatchObject({ values: 1 })
  })

  it('goes through more runs and journal rows than it deletes at once, and leaves other workspaces alone', async () => {
    await database.query("insert into workspaces (id, name) values ('other', 'Other')")
    const other = await makeRun(large('o'), { ended: 100, workspace: 'other' })
    await database.query(
      `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by, status, created_at, finished_at)
       select 'run' || n, 'local', 'Test', 'hash', '{}', 'owner', 'failed', now() - interval '50 days', now() - interval '50 days'
       from generate_series(1, 450) as n`,
    )
    await database.query(
      `insert into run_events (run_id, seq, at, data)
       select 'run1', n, 0, '[{"type":"step-cancelled","path":"x"}]' from generate_series(1, 25000) as n`,
    )
    await rules(30, null)
    expect(await retention.sweep(localScope)).toMatchObject({ runs: 450 })
    expect(await runsLeft()).toEqual([other])
    expect(await journalsLeft()).toEqual([other])
  })

  it('finishes journals that a process did not get to', async () => {
    await makeRun('x')
    await database.query("insert into run_events (run_id, seq, at, data) values ('gone', 1, 0, '[]')")
    await database.query("insert into deleted_runs (run_id) values ('gone')")
    const stop = createRetention({ database, blobs, intervalMs: 10 }).start()
    await expect.poll(journalsLeft).not.toContain('gone')
    await stop()
  })

  it('sweeps one at a time', async () => {
    await rules(30, null)
    const [first, second] = await Promise.allSettled([retention.sweep(localScope), retention.sweep(localScope)])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'conflict' } })
    await expect(retention.sweep(localScope)).resolves.toMatchObject({ runs: 0 })
  })

  it.runIf(kind === 'postgres')('sweeps one at a time among processes', async () => {
    const where = await place()
    const [here, there] = await Promise.all([openDatabase(where), openDatabase(where)])
    const session = await there.openSession()
    await session.query('select pg_advisory_lock(7220414)')
    const mine = createRetention({ database: here, blobs })
    await expect(mine.sweep(localScope)).rejects.toMatchObject({ code: 'conflict' })
    await session.close()
    await expect.poll(() => mine.sweep(localScope).catch(() => null)).toMatchObject({ runs: 0 })
    await Promise.all([here.close(), there.close()])
  })

  it('loses no value of a run that is written while others with equal values are deleted', async () => {
    await rules(30, null)
    const short = createRetention({ database, blobs, graceMs: 2_000 })
    let busy = true
    let sweeps = 0
    const sweeper = (async () => {
      for (; busy; sweeps++) await short.sweep(localScope)
    })()
    const twoSweeps = async (): Promise<void> => {
      const before = sweeps
      await expect.poll(() => sweeps, { interval: 5 }).toBeGreaterThan(before + 1)
    }
    const written: string[] = []
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let round = 0; round < 5; round++) {
        const text = large(`${writer}, ${round}. `)
        const old = await makeRun(text)
        await database.query(
          `update runs set status = 'succeeded', finished_at = now() - interval '31 days' where id = $1`,
          [old],
        )
        written.push(await makeRun(text, { between: twoSweeps }))
      }
    })
    await Promise.all(writers)
    busy = false
    await sweeper
    expect(written).toHaveLength(20)
    for (const id of written) expect(await valueOf(id)).toMatch(/^\d, \d. \d/)
  })
})

describe('a retention that fails', () => {
  it('says why in the report, and goes on the next time', async () => {
    const database = await openDatabase({ memory: true })
    const blobs = createFolderBlobs(join(folder, newId()))
    const broken: BlobStore = { ...blobs, drop: () => Promise.reject(new Error('the disk is on fire')) }
    await database.query(
      "insert into run_values (run_id, hash, released_at) values ('r', $1, now() - interval '1 day')",
      ['a'.repeat(64)],
    )
    await expect(createRetention({ database, blobs: broken }).sweep(localScope)).rejects.toThrow('on fire')
    const retention = createRetention({ database, blobs })
    expect((await retention.report(localScope)).lastSweep?.error).toContain('on fire')
    await retention.sweep(localScope)
    expect((await retention.report(localScope)).lastSweep?.error).toBeNull()
    await database.close()
  })
})
