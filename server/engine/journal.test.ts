import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type Database } from '#db/client.ts'
import { describeEachDatabase } from '#db/testing.ts'
import type { JournalEntry, RunEvent } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { createJournal } from './journal.ts'
import { createMemoryJournal } from './journal-memory.ts'
import type { Journal } from './journal-types.ts'

const started = (path: string): RunEvent => ({ type: 'step-started', path, attempt: 1 })
const pathOf = ({ event }: JournalEntry) => ('path' in event ? (event.path ?? '') : '')

async function makeRun(database: Database, runId: string = newId()): Promise<string> {
  await database.query(
    `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by)
     values ($1, 'local', 'Test', 'hash', '{}', 'owner')`,
    [runId],
  )
  return runId
}

async function readAll(journal: Journal, runId: string): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = []
  for (;;) {
    const page = await journal.read(runId, { after: entries.length, limit: 500 })
    if (page.length === 0) return entries
    entries.push(...page)
  }
}

/** What every journal does. */
function behavesLikeAJournal(create: () => { journal: Journal; newRun: () => Promise<string> }): void {
  let journal: Journal
  let newRun: () => Promise<string>
  beforeAll(() => {
    ;({ journal, newRun } = create())
  })

  it('numbers the events of a run from 1 without gaps, in the order of the calls', async () => {
    const runId = await newRun()
    const { epoch, lastSeq } = await journal.claim(runId, 'a')
    expect(lastSeq).toBe(0)
    const appended = Array.from({ length: 200 }, (_, index) =>
      journal.append(
        runId,
        epoch,
        Array.from({ length: 1 + (index % 3) }, (_unused, part) => started(`step${index}.${part}`)),
      ),
    )
    const seqs = await Promise.all(appended)
    const expected = Array.from({ length: 200 }, (_, index) =>
      Array.from({ length: 1 + (index % 3) }, (_unused, part) => `step${index}.${part}`),
    )
    expect(seqs.at(-1)).toBe(expected.flat().length)
    const entries = await readAll(journal, runId)
    expect(entries.map(pathOf)).toEqual(expected.flat())
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
    expect(Math.abs(Date.now() - entries[0]!.at)).toBeLessThan(60_000)
  })

  it('reads back after a seq, up to a limit, and nothing of an unknown run', async () => {
    const runId = await newRun()
    const { epoch } = await journal.claim(runId, 'a')
    await journal.append(runId, epoch, ['a', 'b', 'c', 'd'].map(started))
    expect((await journal.read(runId, { after: 1, limit: 2 })).map(pathOf)).toEqual(['b', 'c'])
    expect((await journal.read(runId, { after: 3 })).map(pathOf)).toEqual(['d'])
    expect(await journal.read(runId, { after: 4 })).toEqual([])
    expect(await journal.read('no-such-run')).toEqual([])
  })

  it('keeps any JSON as it was: key order, zero characters, lone surrogates, big and small numbers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ stringUnit: 'binary' }), async (value) => {
        const runId = await newRun()
        const { epoch } = await journal.claim(runId, 'a')
        const event = { type: 'run-succeeded', outputs: { value }, durationMs: 1 } as RunEvent
        await journal.append(runId, epoch, [event])
        const [entry] = await journal.read(runId)
        expect(JSON.stringify(entry!.event)).toBe(JSON.stringify(event))
      }),
      { numRuns: 60, examples: [[{ b: 1, a: { z: '\u0000', y: '\ud800' } }], ['"{}\\,'], [null], [1e308]] },
    )
  })

  it('refuses an older epoch as a whole, and goes on where the new owner is', async () => {
    const runId = await newRun()
    const first = await journal.claim(runId, 'a')
    await journal.append(runId, first.epoch, [started('one')])
    const second = await journal.claim(runId, 'b')
    expect(second).toEqual({ epoch: first.epoch + 1, lastSeq: 1 })
    const stale = journal.append(runId, first.epoch, [started('stale-1'), started('stale-2')])
    await expect(stale).rejects.toMatchObject({ code: 'stale-epoch' })
    expect(await journal.append(runId, second.epoch, [started('two')])).toBe(2)
    expect((await journal.read(runId)).map(pathOf)).toEqual(['one', 'two'])
  })

  it('commits runs together without mixing them, and a stale one spoils no other', async () => {
    const runs = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const runId = await newRun()
        return { runId, ...(await journal.claim(runId, 'a')) }
      }),
    )
    const { runId: taken } = runs[7]!
    await journal.claim(taken, 'b')
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, round) =>
        runs.map(({ runId, epoch }) => journal.append(runId, epoch, [started(`${runId}-${round}`)])),
      ).flat(),
    )
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10)
    for (const { runId } of runs) {
      const expected = runId === taken ? [] : Array.from({ length: 10 }, (_, round) => `${runId}-${round}`)
      expect((await journal.read(runId)).map(pathOf)).toEqual(expected)
    }
  })
}

describe('journal (memory)', () => {
  behavesLikeAJournal(() => ({ journal: createMemoryJournal(), newRun: async () => newId() }))
})

describeEachDatabase('journal', (open, { place, kind }) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
  })

  behavesLikeAJournal(() => ({ journal: createJournal(database), newRun: () => makeRun(database) }))

  it('does not claim a run that is not there', async () => {
    await expect(createJournal(database).claim('nowhere', 'a')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('finds the seq of a run that another journal has claimed', async () => {
    const runId = await makeRun(database)
    const owner = createJournal(database)
    const { epoch } = await owner.claim(runId, 'a')
    await owner.append(runId, epoch, [started('one'), started('two')])
    expect(await createJournal(database).append(runId, epoch, [started('three')])).toBe(3)
  })

  it('changes the row of the run in the same commit, or neither', async () => {
    const runId = await makeRun(database)
    const journal = createJournal(database)
    const { epoch } = await journal.claim(runId, 'a')
    const error = { code: 'step-failed', message: 'no' } as const
    await Promise.all([
      journal.append(runId, epoch, [started('one')], { status: 'running', startedAt: 1_000 }),
      journal.append(runId, epoch, [], { stepsDone: 3, costUsd: 0.25 }),
      journal.append(runId, epoch, [started('two')], { outputs: { b: 1, a: null }, error }),
    ])
    await journal.claim(runId, 'b')
    const stale = journal.append(runId, epoch, [], { status: 'failed' })
    await expect(stale).rejects.toMatchObject({ code: 'stale-epoch' })
    const row = await database.orm.query.runs.findFirst({ where: (runs, { eq }) => eq(runs.id, runId) })
    expect(row).toMatchObject({ status: 'running', stepsDone: 3, costUsd: 0.25, error, owner: 'b', finishedAt: null })
    expect(row!.startedAt).toEqual(new Date(1_000))
    expect(JSON.stringify(row!.outputs)).toBe('{"b":1,"a":null}')
  })

  it('lets one run fail with what cannot be stored, and no other', async () => {
    const [bad, good] = [await makeRun(database), await makeRun(database)]
    const journal = createJournal(database)
    const claims = { bad: await journal.claim(bad, 'a'), good: await journal.claim(good, 'a') }
    const [badResult, goodResult] = await Promise.allSettled([
      journal.append(bad, claims.bad.epoch, [], { stepsDone: 2 ** 40 }),
      journal.append(good, claims.good.epoch, [started('fine')]),
    ])
    expect(badResult.status).toBe('rejected')
    expect(goodResult).toEqual({ status: 'fulfilled', value: 1 })
    expect(await journal.append(bad, claims.bad.epoch, [started('again')])).toBe(1)
  })

  it('writes what was appended before it closes, and refuses the rest', async () => {
    const runId = await makeRun(database)
    const journal = createJournal(database)
    const { epoch } = await journal.claim(runId, 'a')
    const appended = journal.append(runId, epoch, [started('last')])
    await journal.close()
    expect(await appended).toBe(1)
    await expect(journal.append(runId, epoch, [started('late')])).rejects.toThrow('closed')
  })

  it('keeps journals of owners that fight for runs gapless and without a stale event', async () => {
    const runIds = await Promise.all(Array.from({ length: 5 }, () => makeRun(database)))
    // Each owner stands for a process; on PostgreSQL their statements really run at the same time.
    const accepted = new Map(runIds.map((runId) => [runId, [] as string[]]))
    let refused = 0
    const own = async (owner: number) => {
      const journal = createJournal(database)
      for (let claimed = 0; claimed < 10; claimed++) {
        const runId = runIds[claimed % runIds.length]!
        const { epoch } = await journal.claim(runId, `owner${owner}`)
        for (let count = 0; count < 5; count++) {
          const path = `${epoch}-${owner}-${count}`
          try {
            await journal.append(runId, epoch, [started(path), started(path)])
            accepted.get(runId)!.push(path, path)
          } catch (error) {
            expect(error).toMatchObject({ code: 'stale-epoch' })
            refused += 1
            break
          }
        }
      }
    }
    await Promise.all([0, 1, 2].map(own))
    expect(refused).toBeGreaterThan(0)
    const reader = createJournal(database)
    for (const runId of runIds) {
      const entries = await readAll(reader, runId)
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
      expect(entries.map(pathOf).toSorted()).toEqual(accepted.get(runId)!.toSorted())
      // An epoch's events come before those of the next: nobody wrote after losing the run.
      const epochs = entries.map((entry) => Number.parseInt(pathOf(entry), 10))
      expect(epochs).toEqual(epochs.toSorted((a, b) => a - b))
    }
  })

  it('loses no acknowledged event when the process is killed, three times over', async () => {
    const where = await place()
    const prepared = await openDatabase(where)
    const runIds = await Promise.all(Array.from({ length: 4 }, () => makeRun(prepared)))
    await prepared.close()
    const acknowledged = new Map<string, number>()
    for (let round = 1; round <= 3; round++) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, 'journal-crash.fixture.ts'), JSON.stringify(where), ...runIds],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      let lines = 0
      for await (const line of createInterface({ input: child.stdout })) {
        const [runId, seq] = line.split(' ')
        acknowledged.set(runId!, Number(seq))
        if (++lines === 150 * round) child.kill('SIGKILL')
      }
      if (child.signalCode === null) await once(child, 'exit')
      expect(lines).toBeGreaterThanOrEqual(150 * round)
      const reopened = await openDatabase(where)
      const journal = createJournal(reopened)
      for (const runId of runIds) {
        const entries = await readAll(journal, runId)
        expect(entries.length).toBeGreaterThanOrEqual(acknowledged.get(runId)!)
        expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
        // Whole appends only.
        expect(entries.length % 2).toBe(0)
      }
      await reopened.close()
    }
    expect(acknowledged.size, `${kind}: every run appended`).toBe(runIds.length)
  }, 60_000)
})

describeEachDatabase('what a journal says of blobs', (open) => {
  it('has each reference of a run once, in the commit of its events, and only while the epoch holds', async () => {
    const database = await open()
    const journal = createJournal(database)
    const [first, second] = [await makeRun(database), await makeRun(database)]
    const { epoch } = await journal.claim(first, 'test')
    const hash = (digit: string): string => digit.repeat(64)
    const yielded = (digit: string): RunEvent => ({
      type: 'step-yielded',
      path: 'load',
      attempt: 1,
      from: 0,
      count: 1,
      items: { blob: hash(digit), bytes: 20_000, preview: [] },
    })
    await journal.append(first, epoch, [started('load'), yielded('a'), yielded('b'), yielded('a')])
    await database.query('update run_values set released_at = now() where hash = $1', [hash('b')])
    await journal.append(first, epoch, [yielded('b')])
    await expect(journal.append(second, 7, [yielded('c')])).rejects.toMatchObject({ code: 'stale-epoch' })
    const { rows } = await database.query('select run_id, hash, released_at from run_values order by hash')
    expect(rows).toEqual(['a', 'b'].map((digit) => ({ run_id: first, hash: hash(digit), released_at: null })))
    await journal.close()
  })
})
