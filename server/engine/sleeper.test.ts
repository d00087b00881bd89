import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import type { RunQueue } from './run-queue.ts'
import { wakeRuns } from './run-signals.ts'
import { openSleeper, type Sleeper } from './sleeper.ts'

describeEachDatabase('the sleeper', (open) => {
  let database: Database
  const sleepers: Sleeper[] = []
  /** When each run was queued, and by which sleeper. */
  const woken = new Map<string, { at: number; by: number }[]>()
  let onWoken = (): void => {}

  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => Promise.all(sleepers.map((sleeper) => sleeper.close())))

  async function startSleeper(by: number): Promise<Sleeper> {
    const queue: Pick<RunQueue, 'requeueIn' | 'notify'> = {
      async requeueIn(_transaction, runIds) {
        for (const id of runIds) woken.set(id, [...(woken.get(id) ?? []), { at: Date.now(), by }])
      },
      notify: () => onWoken(),
    }
    const sleeper = await openSleeper(database, {
      wakeDue: async (dueAt, limit) =>
        (await wakeRuns(database, { queue, onRunChanged: () => {} }, { dueAt, limit })).length,
      onProblem: (message, cause) => {
        throw new Error(message, { cause })
      },
    })
    sleepers.push(sleeper)
    return sleeper
  }

  /** Runs at rest until then. */
  async function rest(prefix: string, times: number[]): Promise<string[]> {
    const ids = times.map((_, index) => `${prefix}-${index}`)
    await database.query(
      `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by, status, wake_at)
       select id, 'local', 'test', 'hash', '{}', 'owner', 'waiting', to_timestamp(at / 1000)
       from unnest($1::text[], $2::float8[]) as r(id, at)`,
      [ids, times],
    )
    return ids
  }

  /** Resolves when all of them are woken. */
  function allWoken(ids: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (ids.every((id) => woken.has(id))) resolve()
      }
      onWoken = check
      check()
    })
  }

  it('wakes every run once, in time, however many sleepers there are', async () => {
    const now = Date.now()
    const times = Array.from({ length: 600 }, (_, index) => now + 300 + index * 2)
    const ids = await rest('many', times)
    await Promise.all([startSleeper(1), startSleeper(2), startSleeper(3)])
    await allWoken(ids)
    const late = ids.map((id, index) => {
      const times_ = woken.get(id)!
      expect(times_).toHaveLength(1)
      return times_[0]!.at - times[index]!
    })
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
    const { rows } = await database.query<{ n: number }>(
      `select count(*)::int as n from runs where status = 'queued' and wake_at is null`,
    )
    expect(rows[0]!.n).toBe(600)
  })

  it('is told of a time that is earlier than what it sleeps for', async () => {
    await rest('far', [Date.now() + 3_600_000])
    sleepers[0]!.expect(Date.now() + 3_600_000)
    const at = Date.now() + 200
    const [id] = await rest('near', [at])
    sleepers[0]!.expect(at)
    await allWoken([id!])
    expect(woken.get(id!)![0]!.at).toBeGreaterThanOrEqual(at)
    expect(woken.has('far-0')).toBe(false)
  })

  it('leaves the times of one that is gone to the others', async () => {
    const at = Date.now() + 400
    const [id] = await rest('left', [at])
    sleepers[1]!.expect(at)
    await sleepers.splice(1, 1)[0]!.close()
    // On the embedded database the others are none: there the next start wakes it.
    if (database.kind === 'pglite') await startSleeper(4)
    await allWoken([id!])
    expect(woken.get(id!)![0]!.by).not.toBe(2)
  })

  it('wakes what was due before it was there', async () => {
    await Promise.all(sleepers.splice(0).map((sleeper) => sleeper.close()))
    const ids = await rest('past', [Date.now() - 86_400_000, Date.now() - 1])
    await startSleeper(5)
    await allWoken(ids)
    expect(ids.flatMap((id) => woken.get(id)!.map(({ by }) => by))).toEqual([5, 5])
  })
})
