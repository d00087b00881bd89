import type { LiveMessage } from '#components/api/api.tsx'
import type { JournalEntry, RunEvent } from '#pipeline/events.ts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRunOverviews } from '#server/runs/run-overviews.ts'
import type { FeedTransport } from './feed-transport.ts'
import { RunFeed } from './run-feed.ts'

const entriesOf = (events: RunEvent[]): JournalEntry[] =>
  events.map((event, index) => ({ seq: index + 1, at: 1_000 + index, event }))

const started = (path: string, attempt = 1): RunEvent => ({ type: 'step-started', path, attempt })
const succeeded = (path: string, value: string): RunEvent => ({
  type: 'step-succeeded',
  path,
  attempt: 1,
  output: { value },
  ports: ['out'],
  durationMs: 5,
})
const failed = (path: string): RunEvent => ({
  type: 'step-failed',
  path,
  attempt: 1,
  error: { code: 'step-failed', message: `${path} broke` },
  durationMs: 5,
  handled: false,
  ports: [],
})

/** A run whose journal and live stream the test controls; the stream starts after the number it is asked for. */
function openRun(journal: JournalEntry[], { pageSize = 100, failFirst = false } = {}) {
  let send: (message: LiveMessage) => void = () => {
    throw new Error('nobody watches')
  }
  let watchedFrom: number | null = null
  let stopped = false
  let calls = 0
  const overviews = createRunOverviews((_runId, { after, limit }) =>
    Promise.resolve(journal.filter(({ seq }) => seq > after).slice(0, limit)),
  )
  const transport: FeedTransport = {
    entries: (_runId, afterSeq) => {
      calls++
      if (failFirst && calls === 1) return Promise.reject(new Error('unplugged'))
      const rest = journal.filter(({ seq }) => seq > afterSeq)
      const entries = rest.slice(0, pageSize)
      return Promise.resolve({ entries, nextSeq: rest.length > pageSize ? entries.at(-1)!.seq : null })
    },
    overview: (runId) => overviews.view(runId) as ReturnType<FeedTransport['overview']>,
    items: (runId, path, from, limit) =>
      overviews.items(runId, { path, from, limit }) as ReturnType<FeedTransport['items']>,
    watch: (_runId, afterSeq, onMessage) => {
      watchedFrom = afterSeq
      send = onMessage
      return () => {
        stopped = true
      }
    },
  }
  const feed = new RunFeed('run1', transport)
  return {
    feed,
    event: (entry: JournalEntry) => send({ topic: 'run', runId: 'run1', kind: 'event', entry }),
    text: (path: string, text: string, attempt = 1) =>
      send({ topic: 'run', runId: 'run1', kind: 'delta', path, attempt, delta: { kind: 'text', text } }),
    wholeText: (path: string, text: string, attempt = 1) =>
      send({ topic: 'run', runId: 'run1', kind: 'delta', path, attempt, delta: { kind: 'text', text }, replace: true }),
    progress: (path: string, done: number, total: number) =>
      send({
        topic: 'run',
        runId: 'run1',
        kind: 'delta',
        path,
        attempt: 1,
        delta: { kind: 'progress', done, total },
      }),
    get watchedFrom() {
      return watchedFrom
    },
    get stopped() {
      return stopped
    },
  }
}

const loaded = () => vi.advanceTimersByTimeAsync(0)
const frame = () => vi.advanceTimersByTimeAsync(20)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the journal and the live stream', () => {
  const journal = entriesOf([{ type: 'run-started', inputs: {} }, started('a'), succeeded('a', 'one'), started('b')])

  it('reads the journal and goes on live right behind it', async () => {
    const run = openRun(journal)
    await loaded()
    expect(run.feed.state).toBe('live')
    expect(run.watchedFrom).toBe(4)
    run.event({ seq: 5, at: 1_010, event: succeeded('b', 'two') })
    await frame()
    expect(run.feed.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(run.feed.read('b')).toMatchObject({ status: 'succeeded', output: 'two' })
  })

  it('leaves out what a reconnected stream sends again', async () => {
    const run = openRun(journal)
    await loaded()
    run.event(journal[3]!)
    run.event({ seq: 5, at: 1_010, event: succeeded('b', 'two') })
    run.event({ seq: 5, at: 1_010, event: succeeded('b', 'two') })
    await frame()
    run.event({ seq: 5, at: 1_010, event: succeeded('b', 'two') })
    await frame()
    expect(run.feed.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(run.feed.view.totals.succeeded).toBe(2)
  })

  it('ends with the run and stops listening', async () => {
    const run = openRun(journal)
    await loaded()
    run.event({ seq: 5, at: 1_010, event: { type: 'run-cancelled', durationMs: 10 } })
    await frame()
    expect(run.feed.state).toBe('ended')
    expect(run.stopped).toBe(true)
  })

  it('does not watch a run that has ended', async () => {
    const run = openRun([...journal, { seq: 5, at: 1_010, event: { type: 'run-cancelled', durationMs: 10 } }])
    await loaded()
    expect(run.feed.state).toBe('ended')
    expect(run.watchedFrom).toBeNull()
  })

  it('says why it failed and reads on when asked to', async () => {
    const run = openRun(journal, { failFirst: true })
    await loaded()
    expect(run.feed.state).toBe('failed')
    expect(run.feed.error).toContain('unplugged')
    run.feed.retry()
    await loaded()
    expect(run.feed.error).toBeNull()
    expect(run.feed.state).toBe('live')
    expect(run.feed.entries).toHaveLength(4)
  })
})

describe('notifications', () => {
  it('come once a frame, and only to steps with news', async () => {
    const run = openRun(entriesOf([{ type: 'run-started', inputs: {} }, started('a'), started('b')]))
    await loaded()
    const all = vi.fn()
    const ofA = vi.fn()
    const ofB = vi.fn()
    run.feed.onChange(all)
    run.feed.subscribe('a', ofA)
    run.feed.subscribe('b', ofB)
    const before = run.feed.read('b')
    for (let index = 0; index < 50; index++) run.text('a', `${index} `)
    run.event({ seq: 4, at: 1_010, event: started('a', 2) })
    expect(all).not.toHaveBeenCalled()
    await frame()
    expect(all).toHaveBeenCalledTimes(1)
    expect(ofA).toHaveBeenCalledTimes(1)
    expect(ofB).not.toHaveBeenCalled()
    expect(run.feed.read('b')).toBe(before)
  })
})

describe('streamed text', () => {
  it('is whole for a feed that opens in the middle, and after a lost connection', async () => {
    const run = openRun(entriesOf([{ type: 'run-started', inputs: {} }, started('a')]))
    await loaded()
    run.wholeText('a', 'Once upon')
    run.text('a', ' a')
    // The connection breaks here; the stream that is opened next begins with all of it.
    run.wholeText('a', 'Once upon a time')
    run.text('a', '.')
    await frame()
    expect(run.feed.read('a')?.streamedText).toBe('Once upon a time.')
  })

  it('does not come back after the step has ended', async () => {
    const run = openRun(
      entriesOf([{ type: 'run-started', inputs: {} }, started('a'), started('b'), succeeded('a', 'all')]),
    )
    await loaded()
    run.wholeText('a', 'al')
    await frame()
    expect(run.feed.read('a')).toMatchObject({ status: 'succeeded', output: 'all' })
    expect(run.feed.read('a')?.streamedText).toBeUndefined()
  })

  it('grows, starts anew with an attempt, and gives way to the output', async () => {
    const run = openRun(entriesOf([{ type: 'run-started', inputs: {} }, started('a')]))
    await loaded()
    run.text('a', 'Hel')
    run.text('a', 'lo')
    await frame()
    expect(run.feed.read('a')?.streamedText).toBe('Hello')
    run.text('a', 'Again', 2)
    await frame()
    expect(run.feed.read('a')?.streamedText).toBe('Again')
    run.event({ seq: 3, at: 1_010, event: succeeded('a', 'Again.') })
    await frame()
    expect(run.feed.read('a')?.streamedText).toBeUndefined()
    expect(run.feed.read('a')?.output).toBe('Again.')
  })

  it('shows how far a step says it has come', async () => {
    const run = openRun(entriesOf([{ type: 'run-started', inputs: {} }, started('a')]))
    await loaded()
    run.progress('a', 3, 10)
    await frame()
    expect(run.feed.read('a')?.progress).toMatchObject({ done: 3, total: 10 })
  })
})

describe('a step in a body', () => {
  const head: RunEvent[] = [
    { type: 'run-started', inputs: {} },
    started('each'),
    { type: 'map-expanded', path: 'each', items: { value: ['x', 'y', 'z'] }, count: 3, concurrency: 2 },
    started('each[0].mood'),
    started('each[1].mood'),
  ]

  it('stands for all its items', async () => {
    const run = openRun(entriesOf([...head, succeeded('each[0].mood', 'good')]))
    await loaded()
    expect(run.feed.read('each.mood')).toMatchObject({
      status: 'running',
      output: 'good',
      items: { total: 2, running: 1, waiting: 0, succeeded: 1, failed: 0, skipped: 0 },
    })
    run.event({ seq: 7, at: 1_010, event: failed('each[1].mood') })
    await frame()
    expect(run.feed.read('each.mood')).toMatchObject({
      status: 'succeeded',
      output: 'good',
      error: { message: 'each[1].mood broke' },
      items: { running: 0, succeeded: 1, failed: 1 },
    })
  })

  it('moves its container on', async () => {
    const run = openRun(entriesOf(head))
    await loaded()
    const ofEach = vi.fn()
    run.feed.subscribe('each', ofEach)
    run.event({ seq: 6, at: 1_010, event: { type: 'item-finished', path: 'each[0]', output: { value: 'good' } } })
    await frame()
    expect(ofEach).toHaveBeenCalledTimes(1)
    expect(run.feed.read('each')?.progress).toEqual({ done: 1, total: 3, failed: 0 })
    expect(run.feed.itemsOf('each')).toEqual(['x', 'y', 'z'])
  })
})

describe('a long journal', () => {
  const count = 30
  const long = entriesOf([
    { type: 'run-started', inputs: {} },
    started('each'),
    { type: 'map-expanded', path: 'each', items: { value: ['x'] }, count, concurrency: 2 },
    ...Array.from({ length: count - 1 }, (_, index): RunEvent[] => [
      started(`each[${index}].mood`),
      index === 7 ? failed(`each[${index}].mood`) : succeeded(`each[${index}].mood`, `mood ${index}`),
      { type: 'item-finished', path: `each[${index}]`, output: { value: index } },
    ]).flat(),
    started(`each[${count - 1}].mood`),
  ])

  it('shows the same first screen folded by the server, and goes on live', async () => {
    const [whole, quick] = [openRun(long, { pageSize: 1_000 }), openRun(long, { pageSize: 5 })]
    await loaded()
    expect(quick.feed.lacksItems('each')).toBe(true)
    expect(whole.feed.lacksItems('each')).toBe(false)
    expect(quick.watchedFrom).toBe(long.length)
    for (const run of [whole, quick]) {
      run.event({ seq: long.length + 1, at: 9_000, event: succeeded(`each[${count - 1}].mood`, 'last') })
    }
    await frame()
    for (const path of ['each', 'each.mood']) expect(quick.feed.read(path)).toEqual(whole.feed.read(path))
    expect(quick.feed.view.totals).toEqual(whole.feed.view.totals)
    expect(quick.feed.read('each.mood')).toMatchObject({ items: { total: count, succeeded: count - 1, failed: 1 } })
  })

  it('reads an item when it is chosen, without counting it twice', async () => {
    const { feed } = openRun(long, { pageSize: 5 })
    await loaded()
    expect(feed.items('each')).toEqual({ count, chosen: null })
    expect(feed.itemsOf('each')).toEqual(['x'])
    feed.chooseItem('each', 3)
    await loaded()
    expect(feed.read('each.mood')).toMatchObject({ status: 'succeeded', output: 'mood 3' })
    expect(feed.shownRunPath('each.mood')).toBe('each[3].mood')
    feed.chooseItem('each', null)
    expect(feed.read('each.mood')?.items).toMatchObject({ total: count })
  })

  it('reads the events themselves when somebody wants to see them', async () => {
    const run = openRun(long, { pageSize: 5 })
    await loaded()
    run.event({ seq: long.length + 1, at: 9_000, event: succeeded(`each[${count - 1}].mood`, 'last') })
    await frame()
    await run.feed.loadEntries()
    expect(run.feed.entries.map(({ seq }) => seq)).toEqual(Array.from({ length: long.length + 1 }, (_, at) => at + 1))
  })
})

describe('a chosen item', () => {
  it('narrows every card of the body, and nothing else', async () => {
    const { feed } = openRun(
      entriesOf([
        { type: 'run-started', inputs: {} },
        started('each'),
        { type: 'map-expanded', path: 'each', items: { value: ['x', 'y'] }, count: 2, concurrency: 2 },
        started('each[0].mood'),
        succeeded('each[0].mood', 'good'),
        started('each[1].mood'),
        failed('each[1].mood'),
      ]),
    )
    await loaded()
    const each = feed.read('each')
    feed.chooseItem('each', 1)
    expect(feed.read('each.mood')).toMatchObject({ status: 'failed', error: { message: 'each[1].mood broke' } })
    expect(feed.read('each')).toEqual(each)
    feed.chooseItem('each', 0)
    expect(feed.read('each.mood')).toMatchObject({ status: 'succeeded', output: 'good' })
    feed.choosePath('each[1].mood')
    expect(feed.items('each')).toEqual({ count: 2, chosen: 1 })
  })
})
