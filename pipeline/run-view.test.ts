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
