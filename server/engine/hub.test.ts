import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type Database, type DatabaseOptions } from '#db/client.ts'
import { describeEachDatabase, startTestPostgres } from '#db/testing.ts'
import type { RunEvent } from '#pipeline/events.ts'
import { newId } from '#pipeline/new-id.ts'
import { createHub, createMemoryHub } from './hub.ts'
import type { Hub, RunSignal } from './hub-types.ts'
import { createJournal } from './journal.ts'
import { createMemoryJournal } from './journal-memory.ts'
import type { Journal } from './journal-types.ts'

const started = (path: string): RunEvent => ({ type: 'step-started', path, attempt: 1 })
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

interface Subject {
  hub: Hub
  journal: Journal
  newRun: () => Promise<string>
}

let watching = new AbortController()
afterEach(() => {
  watching.abort()
  watching = new AbortController()
})

async function makeRun(database: Database): Promise<string> {
  const runId = newId()
  await database.query(
    `insert into runs (id, workspace_id, pipeline_name, document_hash, inputs, created_by)
     values ($1, 'local', 'Test', 'hash', '{}', 'owner')`,
    [runId],
  )
  return runId
}

/** Collects what the watcher yields until it has seen the seq. */
async function collectUntil(signals: AsyncIterable<RunSignal>, lastSeq: number): Promise<RunSignal[]> {
  const seen: RunSignal[] = []
  for await (const signal of signals) {
    seen.push(signal)
    if (signal.kind === 'event' && signal.entry.seq === lastSeq) break
  }
  return seen
}
const seqsOf = (signals: RunSignal[]) =>
  signals.flatMap((signal) => (signal.kind === 'event' ? [signal.entry.seq] : []))

/** What a client that obeys `replace` shows of a step's text. */
function shownText(signals: RunSignal[], path: string): string {
  let text = ''
  for (const signal of signals) {
    if (signal.kind === 'event' || signal.path !== path || signal.delta.kind !== 'text') continue
    text = signal.replace ? signal.delta.text : text + signal.delta.text
  }
  return text
}

/** Collects what the watcher yields until the text of the step has so many characters. */
async function collectText(signals: AsyncIterator<RunSignal>, path: string, length: number): Promise<RunSignal[]> {
  const seen: RunSignal[] = []
  while (shownText(seen, path).length < length) {
    const { value } = await signals.next()
    seen.push(value)
  }
  return seen
}

function behavesLikeAHub(create: () => Subject): void {
  let { hub, journal, newRun }: Subject = {} as Subject
  beforeAll(() => {
    ;({ hub, journal, newRun } = create())
  })

  it('gives each entry once and in order to readers that join at any time, from any seq', async () => {
    const runId = await newRun()
    const { epoch } = await journal.claim(runId, 'a')
    const readers: Promise<RunSignal[]>[] = []
    for (let count = 1; count <= 300; count++) {
      const appended = journal.append(runId, epoch, [started(`${count}a`), started(`${count}b`)])
      if (count % 30 === 0) readers.push(collectUntil(hub.watch(runId, count, watching.signal), 600))
      if (count % 10 === 0) await appended
    }
    const results = await Promise.all(readers)
    expect(results.map(seqsOf)).toEqual(numbers(1, 10).map((reader) => numbers(reader * 30 + 1, 600)))
  })

  it('shows text before the event that ends the step, joined, and to this run only', async () => {
    const [runId, otherId] = [await newRun(), await newRun()]
    const { epoch } = await journal.claim(runId, 'a')
    const iterator = hub.watch(runId, 0, watching.signal)[Symbol.asyncIterator]()
    const first = iterator.next()
    await journal.append(runId, epoch, [started('say')])
    await first
    const reading = collectUntil({ [Symbol.asyncIterator]: () => iterator }, 2)
    for (const text of ['Hel', 'lo ', 'you']) hub.publishDelta(runId, 'say', 1, { kind: 'text', text })
    hub.publishDelta(otherId, 'say', 1, { kind: 'text', text: 'other' })
    await journal.append(runId, epoch, [{ type: 'step-cancelled', path: 'say' }])
    const signals = await reading
    const text = signals.flatMap((signal) =>
      signal.kind === 'delta' && signal.delta.kind === 'text' ? [signal.delta.text] : [],
    )
    expect(text.join('')).toBe('Hello you')
    expect(text.length).toBeLessThan(3)
    expect(signals.at(-1)!.kind).toBe('event')
  })

  it('sends deltas by itself and shows only the latest progress', async () => {
    const runId = await newRun()
    const signals = hub.watch(runId, 0, watching.signal)[Symbol.asyncIterator]()
    const first = signals.next()
    // The watcher has asked the journal and waits once this entry has come through.
    const { epoch } = await journal.claim(runId, 'a')
    await journal.append(runId, epoch, [started('each')])
    expect((await first).value).toMatchObject({ kind: 'event', entry: { seq: 1 } })
    for (const done of [1, 2, 3]) hub.publishDelta(runId, 'each', 1, { kind: 'progress', done, total: 3 })
    expect((await signals.next()).value).toEqual({
      kind: 'delta',
      path: 'each',
      attempt: 1,
      delta: { kind: 'progress', done: 3, total: 3 },
    })
  })

  it('gives whoever comes late what running steps have shown so far, once and at once', async () => {
    const runId = await newRun()
    const { epoch } = await journal.claim(runId, 'a')
    await journal.append(runId, epoch, [started('say'), started('each')])
    hub.publishDelta(runId, 'say', 1, { kind: 'text', text: 'Once upon' })
    hub.publishDelta(runId, 'each', 1, { kind: 'progress', done: 1, total: 9 })
    // Committed events take waiting output along: all of it has gone out, to nobody.
    await journal.append(runId, epoch, [started('other')])
    hub.publishDelta(runId, 'say', 1, { kind: 'text', text: ' a' })
    const signals = hub.watch(runId, 3, watching.signal)[Symbol.asyncIterator]()
    const first = [(await signals.next()).value, (await signals.next()).value]
    expect(first).toEqual([
      { kind: 'delta', path: 'say', attempt: 1, delta: { kind: 'text', text: 'Once upon' }, replace: true },
      { kind: 'delta', path: 'each', attempt: 1, delta: { kind: 'progress', done: 1, total: 9 }, replace: true },
    ])
    hub.publishDelta(runId, 'say', 1, { kind: 'text', text: ' time' })
    expect(shownText([...first, ...(await collectText(signals, 'say', 7))], 'say')).toBe('Once upon a time')
    const again = hub.watch(runId, 3, watching.signal)[Symbol.asyncIterator]()
    expect(shownText(await collectText(again, 'say', 16), 'say')).toBe('Once upon a time')
  })

  it('forgets the output of attempts and steps that have ended', async () => {
    const runId = await newRun()
    const { epoch } = await journal.claim(runId, 'a')
    for (const path of ['retried', 'ended', 'running'])
      hub.publishDelta(runId, path, 1, { kind: 'text', text: 'first' })
    await journal.append(runId, epoch, [
      { type: 'step-retried', path: 'retried', attempt: 1, error: { code: 'step-failed', message: '' }, resumeAt: 1 },
      { type: 'step-cancelled', path: 'ended' },
    ])
    hub.publishDelta(runId, 'retried', 2, { kind: 'text', text: 'second' })
    await journal.append(runId, epoch, [started('other')])
    // What is newest comes last.
    const signals = await collectText(hub.watch(runId, 3, watching.signal)[Symbol.asyncIterator](), 'retried', 1)
    expect(shownText(signals, 'ended')).toBe('')
    expect(shownText(signals, 'retried')).toBe('second')
    expect(shownText(signals, 'running')).toBe('first')
  })

  it('forgets the output of a run that is given up', async () => {
    const runId = await newRun()
    const { epoch } = await journal.claim(runId, 'a')
    hub.publishDelta(runId, 'say', 1, { kind: 'text', text: 'lost' })
    hub.forgetOutput(runId)
    const reading = collectUntil(hub.watch(runId, 0, watching.signal), 1)
    await journal.append(runId, epoch, [started('say')])
    expect((await reading).map(({ kind }) => kind)).toEqual(['event'])
  })

  it('keeps the end of a text that is longer than any card shows', async () => {
    const runId = await newRun()
    const { epoch } = await journal.claim(runId, 'a')
    for (let part = 0; part < 20; part++) {
      hub.publishDelta(runId, 'say', 1, { kind: 'text', text: String(part % 10).repeat(50_000) })
      await journal.append(runId, epoch, [started(`other-${part}`)])
    }
    const { value } = await hub.watch(runId, 20, watching.signal)[Symbol.asyncIterator]().next()
    expect(value.delta.text.length).toBeGreaterThanOrEqual(256 * 1024)
    expect(value.delta.text.length).toBeLessThan(400_000)
    expect(value.delta.text.endsWith('9'.repeat(50_000))).toBe(true)
  })

  it('loses no text of a step while events of others come in and the reader sleeps', async () => {
    const runId = await newRun()
    const { epoch } = await journal.claim(runId, 'a')
    const iterator = hub.watch(runId, 0, watching.signal)[Symbol.asyncIterator]()
    const first = iterator.next()
    await journal.append(runId, epoch, [started('say'), started('too')])
    await first
    let text = ''
    for (let count = 0; count < 700; count++) {
      text += `${count} `
      for (const path of ['say', 'too']) hub.publishDelta(runId, path, 1, { kind: 'text', text: `${count} ` })
      await journal.append(runId, epoch, [started(`other-${count}`)])
    }
    const signals = await collectText(iterator, 'too', text.length)
    expect(shownText(signals, 'too')).toBe(text)
    expect(shownText(signals, 'say')).toBe(text)
  })

  it('misses nothing for a reader that sleeps through thousands of events and deltas', async () => {
    const runId = await newRun()
    const { epoch } = await journal.claim(runId, 'a')
    const signals = hub.watch(runId, 0, watching.signal)
    const iterator = signals[Symbol.asyncIterator]()
    const first = iterator.next()
    await journal.append(runId, epoch, [started('first')])
    await first
    for (let round = 0; round < 4; round++) {
      await journal.append(
        runId,
        epoch,
        numbers(1, 1_000).map((count) => started(`${round}-${count}`)),
      )
      hub.publishDelta(runId, 'x', 1, { kind: 'text', text: 'late' })
    }
    expect(seqsOf(await collectUntil({ [Symbol.asyncIterator]: () => iterator }, 4_001))).toEqual(numbers(2, 4_001))
  })

  it('ends when its reader goes, when the signal aborts, and when the hub closes', async () => {
    const { hub: other } = create()
    const runId = await newRun()
    const aborted = new AbortController()
    const ends = [
      collectUntil(hub.watch(runId, 0, aborted.signal), 1),
      collectUntil(other.watch(runId, 0, new AbortController().signal), 1),
    ]
    aborted.abort()
    await other.close()
    expect(await Promise.all(ends)).toEqual([[], []])
    const already = hub.watch(runId, 0, AbortSignal.abort())[Symbol.asyncIterator]()
    expect((await already.next()).done).toBe(true)
  })
}

describe('hub (memory)', () => {
  behavesLikeAHub(() => {
    const hub: Hub = createMemoryHub((runId, options) => journal.read(runId, options))
    const journal = createMemoryJournal(hub)
    return { hub, journal, newRun: async () => newId() }
  })
})

describeEachDatabase('hub', (open, { kind, place }) => {
  let database: Database
  beforeAll(async () => {
    database = await open()
  })

  behavesLikeAHub(() => {
    const hub = createHub(database)
    return { hub, journal: createJournal(database, hub), newRun: () => makeRun(database) }
  })

  it('reports changed runs of the workspace, once while the reader is busy', async () => {
    const hub = createHub(database)
    const journal = createJournal(database, hub)
    const [first, second] = [await makeRun(database), await makeRun(database)]
    const changes = hub.watchRuns('local', watching.signal)[Symbol.asyncIterator]()
    const next = changes.next()
    // Heard from now on; until then a change may be missed, so it is made again.
    const { epoch } = await journal.claim(first, 'a')
    let heard = false
    void next.then(() => (heard = true))
    while (!heard) {
      hub.publishRunChanged('elsewhere', second)
      await journal.append(first, epoch, [], { stepsDone: 1 })
    }
    expect((await next).value).toEqual({ workspaceId: 'local', runId: first })
    hub.publishRunChanged('local', second)
    for (;;) {
      const { value } = await changes.next()
      if (value.runId === second) break
      expect(value.runId).toBe(first)
    }
    await hub.close()
    expect((await changes.next()).done).toBe(true)
  })

  if (kind === 'pglite') return

  it('hears commits, deltas and changes of another process', async () => {
    const where = await place()
    const mine = await openDatabase(where)
    const theirs = await openDatabase(where)
    const [hub, theirHub] = [createHub(mine), createHub(theirs)]
    const journal = createJournal(theirs, theirHub)
    const runId = await makeRun(mine)
    const { epoch } = await journal.claim(runId, 'them')
    const signals = hub.watch(runId, 0, watching.signal)[Symbol.asyncIterator]()
    const changes = hub.watchRuns('local', watching.signal)[Symbol.asyncIterator]()
    const first = signals.next()
    const changed = changes.next()
    await journal.append(runId, epoch, [started('say')])
    expect((await first).value).toMatchObject({ entry: { seq: 1 } })
    theirHub.publishDelta(runId, 'say', 1, { kind: 'text', text: 'é"\u0001'.repeat(3_000) })
    let text = ''
    while (text.length < 9_000) {
      const { value } = await signals.next()
      if (value.kind === 'delta' && value.delta.kind === 'text') text += value.delta.text
    }
    expect(text).toBe('é"\u0001'.repeat(3_000))
    theirHub.publishRunChanged('local', runId)
    expect((await changed).value).toEqual({ workspaceId: 'local', runId })
    for (const close of [hub, theirHub, mine, theirs]) await close.close()
  })

  it('asks the other processes for what their steps have shown so far', async () => {
    const where = await place()
    const mine = await openDatabase(where)
    const theirs = await openDatabase(where)
    const [hub, theirHub] = [createHub(mine), createHub(theirs)]
    const journal = createJournal(theirs, theirHub)
    const runId = await makeRun(mine)
    const { epoch } = await journal.claim(runId, 'them')
    const long = numbers(1, 2_000).join(' ')
    theirHub.publishDelta(runId, 'say', 1, { kind: 'text', text: long })
    await journal.append(runId, epoch, [started('other')])
    const signals = hub.watch(runId, 1, watching.signal)[Symbol.asyncIterator]()
    expect(shownText(await collectText(signals, 'say', long.length), 'say')).toBe(long)
    theirHub.publishDelta(runId, 'say', 1, { kind: 'text', text: ' more' })
    expect(shownText(await collectText(signals, 'say', 5), 'say')).toBe(' more')
    const late = hub.watch(runId, 1, watching.signal)[Symbol.asyncIterator]()
    expect(shownText(await collectText(late, 'say', long.length + 5), 'say')).toBe(`${long} more`)
    for (const close of [hub, theirHub, mine, theirs]) await close.close()
  })

  it('hears every commit of a process that is killed in the middle', async () => {
    const where: DatabaseOptions = await place()
    const mine = await openDatabase(where)
    const hub = createHub(mine)
    const runId = await makeRun(mine)
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'journal-crash.fixture.ts'), JSON.stringify(where), runId],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    const exited = once(child, 'exit')
    const seen: number[] = []
    const enough = new AbortController()
    for await (const signal of hub.watch(runId, 0, enough.signal)) {
      if (signal.kind !== 'event') continue
      seen.push(signal.entry.seq)
      if (seen.length === 200) {
        child.kill('SIGKILL')
        await exited
        // An append under way may still be committed by the server; this claim comes after it.
        const { lastSeq } = await createJournal(mine).claim(runId, 'me')
        if (lastSeq === 200) break
        if (lastSeq > 200) void until(seen, lastSeq).then(() => enough.abort())
      }
    }
    expect(seen).toEqual(numbers(1, seen.length))
    expect(seen.length).toBeGreaterThanOrEqual(200)
    await hub.close()
    await mine.close()
  })
})

async function until(seen: number[], count: number): Promise<void> {
  while (seen.length < count) await new Promise((resolve) => setImmediate(resolve))
}

describe('hub on PostgreSQL', () => {
  it('catches up after the server was killed and came back', async () => {
    const server = await startTestPostgres({ durable: true })
    try {
      const [mine, theirs] = [await openDatabase(server), await openDatabase(server)]
      const hub = createHub(mine)
      const journal = createJournal(theirs)
      const runId = await makeRun(mine)
      const { epoch } = await journal.claim(runId, 'them')
      const signals = hub.watch(runId, 0, watching.signal)[Symbol.asyncIterator]()
      const first = signals.next()
      await journal.append(runId, epoch, [started('before')])
      expect((await first).value).toMatchObject({ entry: { seq: 1 } })
      const reading = collectUntil({ [Symbol.asyncIterator]: () => signals }, 3)
      await server.kill()
      const appended = journal.append(runId, epoch, [started('during')])
      await server.restart()
      expect(await appended).toBe(2)
      await journal.append(runId, epoch, [started('after')])
      expect(seqsOf(await reading)).toEqual([2, 3])
      await hub.close()
      await Promise.all([mine.close(), theirs.close()])
    } finally {
      await server.stop()
    }
  }, 60_000)
})
