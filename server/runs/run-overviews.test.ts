import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JournalEntry, RunEvent, StepStatus } from '#pipeline/events.ts'
import { foldRun } from '#pipeline/run-view.ts'
import { documentPathOf } from './run-fold.ts'
import { createRunOverviews } from './run-overviews.ts'

/** What one item of the map comes to. */
interface Fate {
  outcome: 'succeeded' | 'failed' | 'skipped' | 'open'
  retried: boolean
  /** Turns of the loop inside it. */
  turns: number
}

const failure = { code: 'step-failed', message: 'no' } as const

function itemEvents(index: number, { outcome, retried, turns }: Fate): RunEvent[] {
  const item = `each[${index}]`
  const path = `${item}.mood`
  const events: RunEvent[] = [{ type: 'step-started', path, attempt: 1 }]
  if (retried) {
    events.push({ type: 'step-retried', path, attempt: 1, error: failure, resumeAt: 5 })
    events.push({ type: 'step-started', path, attempt: 2 })
  }
  const attempt = retried ? 2 : 1
  if (outcome === 'open') return events
  if (outcome === 'failed') {
    const error = { ...failure, step: path }
    events.push({ type: 'step-failed', path, attempt, error, durationMs: 1, handled: false, ports: [] })
    events.push({ type: 'item-finished', path: item, error })
    return events
  }
  events.push({ type: 'step-succeeded', path, attempt, output: { value: index }, ports: ['out'], durationMs: 1 })
  for (let turn = 0; turn < turns; turn++) {
    const inner = `${item}.again[${turn}].try`
    events.push({ type: 'step-started', path: inner, attempt: 1 })
    events.push({ type: 'step-succeeded', path: inner, attempt: 1, output: { value: turn }, ports: [], durationMs: 1 })
    events.push({ type: 'item-finished', path: `${item}.again[${turn}]`, output: { value: turn } })
  }
  if (outcome === 'skipped') events.push({ type: 'step-skipped', path: `${item}.note`, reason: 'branch-not-taken' })
  events.push({ type: 'item-finished', path: item, output: { value: index } })
  return events
}

/** The journal of a map over the items, `lanes` of them at a time. */
function journalOf(fates: readonly Fate[], lanes: number, ended: boolean): JournalEntry[] {
  const events: RunEvent[] = [
    { type: 'run-started', inputs: {} },
    { type: 'step-started', path: 'each', attempt: 1 },
    { type: 'map-expanded', path: 'each', items: { value: [] }, count: fates.length, concurrency: lanes },
  ]
  const waiting = fates.map((fate, index) => itemEvents(index, fate))
  const atWork: RunEvent[][] = []
  while (waiting.length > 0 || atWork.length > 0) {
    while (atWork.length < lanes && waiting.length > 0) atWork.push(waiting.shift()!)
    for (const each of [...atWork]) {
      events.push(each.shift()!)
      if (each.length === 0) atWork.splice(atWork.indexOf(each), 1)
    }
  }
  if (ended) events.push({ type: 'run-succeeded', outputs: { value: {} }, durationMs: 9 })
  return events.map((event, index) => ({ seq: index + 1, at: 1_000 + index, event }))
}

const fate: fc.Arbitrary<Fate> = fc.record({
  outcome: fc.constantFrom('succeeded', 'succeeded', 'failed', 'skipped', 'open'),
  retried: fc.boolean(),
  turns: fc.nat(2),
})

function overviewsOf(entries: () => readonly JournalEntry[]) {
  const reads: { after: number; limit: number }[] = []
  const overviews = createRunOverviews(async (_runId, range) => {
    reads.push(range)
    return entries().slice(range.after, range.after + range.limit)
  })
  return { overviews, reads }
}

describe('the overview of a run', () => {
  it('says what folding the whole journal says, at any moment of the run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
        async (fates, lanes, ended, stops) => {
          const journal = journalOf(fates, lanes, ended)
          let known = 0
          const { overviews } = overviewsOf(() => journal.slice(0, known))
          for (const stop of [...stops.toSorted((a, b) => a - b), 1]) {
            known = Math.ceil(stop * journal.length)
            const whole = foldRun(journal.slice(0, known))
            const { steps, groups, open, ...rest } = await overviews.view('run')
            const { steps: all, ...expectedRest } = whole
            expect(rest).toEqual(expectedRest)
            const inItems = [...all.values()].filter(({ path }) => path.includes('].'))
            expect(steps).toEqual([...all.values()].filter(({ path }) => !path.includes('].')))
            const counts: Record<string, Partial<Record<StepStatus, number>>> = {}
            for (const { path, status } of inItems) {
              const group = (counts[documentPathOf(path)] ??= {})
              group[status] = (group[status] ?? 0) + 1
            }
            const found = groups.map(({ path, counts: given }) => [
              path,
              Object.fromEntries(Object.entries(given).filter(([, count]) => count > 0)),
            ])
            expect(Object.fromEntries(found)).toEqual(counts)
            const finals: StepStatus[] = ['succeeded', 'failed', 'skipped', 'cancelled']
            const unfinished = inItems.filter(({ status }) => !finals.includes(status))
            expect(open.map(({ path }) => path).toSorted()).toEqual(unfinished.map(({ path }) => path).toSorted())
            for (const group of groups) {
              expect(group.latest).toEqual(all.get(group.latest.path))
              if (group.latestFailure) expect(group.latestFailure).toEqual(all.get(group.latestFailure.path))
              if (group.latestOutput) expect(group.latestOutput).toEqual(all.get(group.latestOutput.path))
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('gives items by page, with the steps that folding everything has of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        fc.nat(40),
        fc.integer({ min: 1, max: 10 }),
        async (fates, lanes, ended, from, limit) => {
          const journal = journalOf(fates, lanes, ended)
          const whole = foldRun(journal)
          const { overviews } = overviewsOf(() => journal)
          const page = await overviews.items('run', { path: 'each', from, limit })
          expect(page.total).toBe(fates.length)
          expect(page.items.map(({ index }) => index)).toEqual(fates.map((_, index) => index).slice(from, from + limit))
          for (const { index, status, steps, error } of page.items) {
            const { outcome, turns } = fates[index]!
            const statusOfOpen = ended ? 'cancelled' : 'running'
            expect(status).toBe(outcome === 'open' ? statusOfOpen : outcome === 'failed' ? 'failed' : 'succeeded')
            expect(error === null).toBe(outcome !== 'failed')
            const own = [...whole.steps.values()].filter(({ path }) =>
              new RegExp(`^each\\[${index}\\]\\.\\w+$`).test(path),
            )
            expect(steps).toEqual(own)
            const inside = await overviews.items('run', { path: `each[${index}].again`, from: 0, limit: 10 })
            expect(inside.items.map((item) => item.steps.map(({ path }) => path))).toEqual(
              Array.from({ length: outcome === 'succeeded' || outcome === 'skipped' ? turns : 0 }, (_, turn) => [
                `each[${index}].again[${turn}].try`,
              ]),
            )
          }
          const failed = await overviews.items('run', { path: 'each', from: 0, limit: 200, status: 'failed' })
          expect(failed.items.map(({ index }) => index)).toEqual(
            fates.flatMap(({ outcome }, index) => (outcome === 'failed' ? [index] : [])),
          )
          expect(failed.total).toBe(failed.items.length)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('reads a journal once, then only what is new of it, and of an item only its part', async () => {
    const fates = Array.from({ length: 4_000 }, (): Fate => ({ outcome: 'succeeded', retried: false, turns: 0 }))
    const journal = journalOf(fates, 4, false)
    let known = journal.length - 10
    const { overviews, reads } = overviewsOf(() => journal.slice(0, known))
    await Promise.all([overviews.view('run'), overviews.view('run')])
    expect(reads.map(({ after }) => after)).toEqual([0, 5_000, 10_000])
    reads.length = 0
    known = journal.length
    expect((await overviews.view('run')).seq).toBe(journal.length)
    expect(reads).toEqual([{ after: journal.length - 10, limit: 5_000 }])
    reads.length = 0
    await overviews.items('run', { path: 'each', from: 2_000, limit: 20 })
    const read = reads.filter(({ after }) => after < journal.length).reduce((sum, { limit }) => sum + limit, 0)
    expect(read).toBeLessThan(200)
  })

  it('has the steps of items that parts of a spread map worked on', async () => {
    const fates = (['succeeded', 'failed', 'succeeded', 'succeeded'] as const).map((outcome): Fate => ({
      outcome,
      retried: false,
      turns: 0,
    }))
    const numbered = (events: RunEvent[]): JournalEntry[] =>
      events.map((event, index) => ({ seq: index + 1, at: index, event }))
    const partOf = (runId: string, from: number, errors: { index: number; error: typeof failure }[]): RunEvent => ({
      type: 'part-finished',
      path: 'each',
      runId,
      from,
      count: 2,
      outputs: { value: [null, null] },
      errors,
    })
    const journals: Record<string, JournalEntry[]> = {
      run: numbered([
        { type: 'step-started', path: 'each', attempt: 1 },
        { type: 'map-expanded', path: 'each', items: { value: [] }, count: 4, concurrency: 1, partSize: 2 },
        partOf('second', 2, []),
        partOf('first', 0, [{ index: 1, error: failure }]),
      ]),
      first: numbered([0, 1].flatMap((index) => itemEvents(index, fates[index]!))),
      second: numbered([2, 3].flatMap((index) => itemEvents(index, fates[index]!))),
    }
    const overviews = createRunOverviews(async (runId, { after, limit }) =>
      journals[runId]!.slice(after, after + limit),
    )
    const { items } = await overviews.items('run', { path: 'each', from: 0, limit: 10 })
    expect(items.map(({ index, status, steps }) => [index, status, steps.map(({ path }) => path)])).toEqual(
      fates.map(({ outcome }, index) => [index, outcome, [`each[${index}].mood`]]),
    )
    expect(items[1]!.error).toMatchObject({ code: 'step-failed' })
  })

  it('sums up a container that is tried again without counting its steps twice', async () => {
    const once: RunEvent[] = [
      { type: 'step-started', path: 'each', attempt: 1 },
      { type: 'map-expanded', path: 'each', items: { value: [1] }, count: 1, concurrency: 1 },
      ...itemEvents(0, { outcome: 'failed', retried: false, turns: 0 }),
    ]
    const events = [
      ...once,
      { type: 'step-retried', path: 'each', attempt: 1, error: failure, resumeAt: 1 } as const,
      ...once,
    ]
    const journal = events.map((event, index) => ({ seq: index + 1, at: index, event }))
    for (const known of [once.length, events.length]) {
      const { overviews } = overviewsOf(() => journal.slice(0, known))
      const { groups, totals } = await overviews.view('run')
      expect(groups.map(({ counts }) => counts.failed)).toEqual([1])
      expect(totals.failed).toBe(foldRun(journal.slice(0, known)).totals.failed)
    }
  })
})
