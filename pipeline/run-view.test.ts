import { describe, expect, it } from 'vitest'
import type { JournalEntry, RunEvent } from './events.ts'
import { applyEntries, applyEntry, emptyRunView, foldRun, stepViewOf } from './run-view.ts'

const journalOf = (...events: RunEvent[]): JournalEntry[] =>
  events.map((event, index) => ({ seq: index + 1, at: 1_000 + index, event }))

const error = { code: 'step-failed', message: 'no' } as const
const journal = journalOf(
  { type: 'run-started', inputs: { a: 1 } },
  { type: 'step-started', path: 'load', attempt: 1, inputs: { file: 'x' } },
  { type: 'step-retried', path: 'load', attempt: 1, error, resumeAt: 1_500 },
  { type: 'step-started', path: 'load', attempt: 2 },
  {
    type: 'step-succeeded',
    path: 'load',
    attempt: 2,
    output: { value: [1] },
    ports: ['out'],
    durationMs: 3,
    cached: true,
  },
  { type: 'step-started', path: 'each', attempt: 1 },
  { type: 'map-expanded', path: 'each', items: { value: [1, 2] }, count: 2, concurrency: 2 },
  { type: 'step-started', path: 'each[0].x', attempt: 1 },
  { type: 'step-failed', path: 'each[0].x', attempt: 1, error, durationMs: 1, handled: false, ports: [] },
  { type: 'item-finished', path: 'each[0]', error: { ...error, step: 'each[0].x' } },
  { type: 'item-finished', path: 'each[1]', output: { value: 2 } },
  { type: 'step-skipped', path: 'last', reason: 'branch-not-taken' },
  { type: 'run-succeeded', outputs: { value: { n: 1 } }, durationMs: 12 },
)

describe('the view of a run', () => {
  it('tells each step and the run from the journal', () => {
    const view = foldRun(journal)
    expect(view).toMatchObject({
      seq: 13,
      status: 'succeeded',
      startedAt: 1_000,
      finishedAt: 1_012,
      durationMs: 12,
      inputs: { a: 1 },
      outputs: { value: { n: 1 } },
      totals: { running: 1, retrying: 0, succeeded: 1, failed: 1, skipped: 1, cancelled: 0 },
    })
    expect(view.steps.get('load')).toMatchObject({
      status: 'succeeded',
      attempt: 2,
      startedAt: 1_001,
      finishedAt: 1_004,
      durationMs: 3,
      cached: true,
      error: null,
      resumeAt: null,
    })
    expect(view.steps.get('each')!.items).toMatchObject({
      count: 2,
      done: 2,
      failed: 1,
      concurrency: 2,
      failures: [{ index: 0, error: { ...error, step: 'each[0].x' } }],
    })
    expect(stepViewOf(view, 'last')).toMatchObject({ status: 'skipped', skippedBecause: 'branch-not-taken' })
    expect(stepViewOf(view, 'unknown')).toMatchObject({ status: 'idle', attempt: 0 })
  })

  it('is the same one by one as all at once, and from any overlap', () => {
    const whole = foldRun(journal)
    expect(journal.reduce(applyEntry, emptyRunView())).toEqual(whole)
    for (let at = 0; at <= journal.length; at += 1) {
      const view = applyEntries(foldRun(journal.slice(0, at)), journal.slice(Math.max(0, at - 3)))
      expect(view).toEqual(whole)
    }
  })

  it('leaves the view before as it was, and keeps the objects of paths without news', () => {
    const before = foldRun(journal.slice(0, 7))
    const copy = structuredClone(before)
    const after = applyEntries(before, journal.slice(7))
    expect(before).toEqual(copy)
    expect(after.steps.get('load')).toBe(before.steps.get('load'))
    expect(after.steps.get('each')).not.toBe(before.steps.get('each'))
    expect(applyEntries(after, journal)).toBe(after)
  })

  it('shows a retrying and a cancelled step', () => {
    const retrying = foldRun(journal.slice(0, 3))
    expect(retrying.steps.get('load')).toMatchObject({ status: 'retrying', resumeAt: 1_500, error })
    const cancelled = applyEntries(retrying, [
      { seq: 4, at: 2_000, event: { type: 'cancel-requested', by: 'owner' } },
      { seq: 5, at: 2_000, event: { type: 'step-cancelled', path: 'load' } },
      { seq: 6, at: 2_001, event: { type: 'run-cancelled', durationMs: 1_001 } },
    ])
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      cancelRequested: true,
      totals: { retrying: 0, cancelled: 1 },
    })
  })
})

const started = (path: string, attempt = 1): RunEvent => ({ type: 'step-started', path, attempt })
const succeeded = (path: string, more: object = {}): RunEvent => ({
  type: 'step-succeeded',
  path,
  attempt: 1,
  output: { value: 1 },
  ports: ['out'],
  durationMs: 1,
  ...more,
})
const begun: RunEvent = { type: 'run-started', inputs: {} }
const parked: RunEvent = {
  type: 'step-parked',
  path: 'each[0].ask',
  attempt: 1,
  wait: { kind: 'approval', title: 'Pay?' },
}

describe('a run that stands still', () => {
  const inMap: RunEvent[] = [
    begun,
    started('each'),
    { type: 'map-expanded', path: 'each', items: { value: [1] }, count: 1, concurrency: 1 },
    started('each[0].ask'),
    parked,
  ]

  it('waits when nothing is at work and a step is parked, whatever is around that step', () => {
    const waiting = foldRun(journalOf(...inMap))
    expect(waiting).toMatchObject({ status: 'waiting', working: 0, totals: { running: 1, waiting: 1 } })
    expect(waiting.steps.get('each[0].ask')).toMatchObject({
      status: 'waiting',
      wait: { title: 'Pay?' },
      waitingSince: 1_004,
    })
    expect(foldRun(journalOf(...inMap, started('other')))).toMatchObject({ status: 'running', working: 1 })
    const answered = foldRun(journalOf(...inMap, succeeded('each[0].ask')))
    expect(answered).toMatchObject({ status: 'running', totals: { waiting: 0 } })
    expect(answered.steps.get('each[0].ask')!.wait).toMatchObject({ kind: 'approval' })
  })

  it('is paused once what was in flight has ended, and says at which step and by whom', () => {
    const pause: RunEvent = { type: 'run-paused', path: 'b', reason: 'breakpoint', by: 'ada' }
    const events = [begun, started('a'), pause]
    expect(foldRun(journalOf(...events))).toMatchObject({ status: 'running', paused: { path: 'b' } })
    const paused = foldRun(journalOf(...events, succeeded('a')))
    expect(paused).toMatchObject({
      status: 'paused',
      paused: { path: 'b', reason: 'breakpoint', by: 'ada', at: 1_002 },
      totals: { paused: 1 },
    })
    const edited = journalOf(
      ...events,
      succeeded('a'),
      { type: 'value-edited', path: 'a', output: { value: 7 }, by: 'ada' },
      { type: 'run-resumed', mode: 'continue', by: 'ada' },
    )
    const resumed = foldRun(edited)
    expect(resumed).toMatchObject({ status: 'running', paused: null, totals: { paused: 0 } })
    expect(resumed.steps.get('a')).toMatchObject({ output: { value: 7 }, editedBy: 'ada' })
    expect(resumed.steps.get('b')!.status).toBe('queued')
  })

  it('is over its pause when it is cancelled or reaches a limit', () => {
    const events: RunEvent[] = [begun, { type: 'run-paused', path: 'b', reason: 'asked' }]
    const ended = foldRun(
      journalOf(...events, { type: 'limit-reached', error: { code: 'run-limit', message: 'cost' } }),
    )
    expect(ended).toMatchObject({ status: 'running', paused: null, limitReached: { message: 'cost' } })
    expect(foldRun(journalOf(...events, { type: 'cancel-requested', by: 'ada' })).paused).toBeNull()
  })
})

describe('what the view tells of containers', () => {
  it('the turns of a loop, the inputs of a call, and why a body winds down', () => {
    const view = foldRun(
      journalOf(
        begun,
        started('again'),
        { type: 'loop-entered', path: 'again', state: { value: 0 }, limit: 9 },
        { type: 'item-finished', path: 'again[0]', output: { value: 1 }, state: { value: 5 }, again: true },
        started('call'),
        { type: 'body-entered', path: 'call', inputs: { a: 1 } },
        { type: 'step-failing', path: 'call', attempt: 1, error },
      ),
    )
    expect(view.steps.get('again')!.loop).toEqual({ turns: 1, limit: 9, state: { value: 5 } })
    expect(view.steps.get('call')).toMatchObject({ entered: true, calledWith: { a: 1 }, failing: error })
    expect(view.working).toBe(0)
  })

  it('items as they are yielded, counted in batches, and when nothing more is begun', () => {
    const items = { value: [] }
    const view = foldRun(
      journalOf(
        begun,
        started('rows'),
        { type: 'step-yielded', path: 'rows', attempt: 1, from: 0, count: 3, items },
        started('each'),
        { type: 'map-expanded', path: 'each', items, count: 0, concurrency: 2, batch: 2, stream: 'rows' },
        { type: 'step-yielded', path: 'rows', attempt: 1, from: 3, count: 4, items },
        { type: 'item-finished', path: 'each[0]', output: { value: 1 }, stop: true },
      ),
    )
    expect(view.steps.get('rows')).toMatchObject({ yielded: 7, readers: ['each'] })
    expect(view.steps.get('each')!.items).toMatchObject({ count: 4, done: 1, batch: 2, stream: 'rows', stopped: true })
  })

  it('the parts of a spread map', () => {
    const part: RunEvent = {
      type: 'part-finished',
      path: 'each',
      runId: 'r1',
      from: 4,
      count: 2,
      outputs: { value: [1, null] },
      errors: [{ index: 5, error }],
    }
    const view = foldRun(
      journalOf(
        begun,
        started('each'),
        { type: 'map-expanded', path: 'each', items: { value: [] }, count: 6, concurrency: 2, partSize: 4 },
        part,
      ),
    )
    expect(view.steps.get('each')!.items).toMatchObject({
      done: 2,
      failed: 1,
      failures: [{ index: 5 }],
      parts: { size: 4, count: 2, done: 1, runs: [{ runId: 'r1', from: 4, count: 2, failed: 1 }] },
    })
  })

  it('begins anew with another attempt', () => {
    const view = foldRun(
      journalOf(
        begun,
        started('each'),
        { type: 'map-expanded', path: 'each', items: { value: [] }, count: 6, concurrency: 2 },
        { type: 'step-retried', path: 'each', attempt: 1, error, resumeAt: 1_500 },
        started('each', 2),
      ),
    )
    expect(view.steps.get('each')).toMatchObject({ items: null, entered: false, attempt: 2 })
    expect(view.working).toBe(1)
  })
})

describe('what the view tells of policies', () => {
  it('a place that is waited for, a fallback, and an output taken over', () => {
    const held: RunEvent = { type: 'step-held', path: 'a', attempt: 1, limit: 'openai' }
    expect(foldRun(journalOf(begun, held)).steps.get('a')).toMatchObject({ status: 'queued', heldBy: 'openai' })
    const view = foldRun(
      journalOf(
        begun,
        held,
        started('a'),
        { type: 'step-retried', path: 'a', attempt: 1, error, resumeAt: 1_500, fallback: true },
        succeeded('a', { fallback: error }),
        succeeded('b', { reused: 'pin' }),
        succeeded('c', { ends: 'run' }),
      ),
    )
    expect(view.steps.get('a')).toMatchObject({ status: 'succeeded', heldBy: null, fallback: error })
    expect(view.steps.get('b')).toMatchObject({ reused: 'pin', startedAt: 1_005 })
    expect(view.steps.get('c')).toMatchObject({ ends: 'run' })
  })
})
