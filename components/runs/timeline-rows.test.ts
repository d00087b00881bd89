import type { JournalEntry, RunEvent } from '#pipeline/events.ts'
import { foldRun } from '#pipeline/run-view.ts'
import { expect, it } from 'vitest'
import { timelineRows } from './timeline-rows.ts'

const events: RunEvent[] = [
  { type: 'run-started', inputs: {} },
  { type: 'step-started', path: 'each', attempt: 1 },
  { type: 'map-expanded', path: 'each', items: { value: [1, 2] }, count: 2, concurrency: 2 },
  { type: 'step-started', path: 'each[1].inner', attempt: 1 },
  { type: 'map-expanded', path: 'each[1].inner', items: { value: [1] }, count: 1, concurrency: 1 },
  { type: 'step-started', path: 'each[1].inner[0].deep', attempt: 1 },
  { type: 'step-started', path: 'each[0].inner', attempt: 1 },
  { type: 'step-skipped', path: 'never', reason: 'run-ended' },
  { type: 'step-started', path: 'late', attempt: 1 },
]
const view = foldRun(events.map((event, index): JournalEntry => ({ seq: index + 1, at: index * 10, event })))
const shape = (expanded: string[]) =>
  timelineRows(view, new Set(expanded)).map((row) => [row.path, row.depth, row.kind === 'step' ? row.item : 'more'])

it('lists the steps of the graph in the order they began', () => {
  expect(shape([])).toEqual([
    ['each', 0, null],
    ['never', 0, null],
    ['late', 0, null],
  ])
  const [each, never] = timelineRows(view, new Set())
  expect(each).toMatchObject({ expandable: true, expanded: false })
  expect(never).toMatchObject({ expandable: false })
})

it('shows the steps of an expanded container with their items, and of one in it only when that is expanded too', () => {
  expect(shape(['each'])).toEqual([
    ['each', 0, null],
    ['each[1].inner', 1, '[1]'],
    ['each[0].inner', 1, '[0]'],
    ['never', 0, null],
    ['late', 0, null],
  ])
  expect(shape(['each', 'each[1].inner'])).toContainEqual(['each[1].inner[0].deep', 2, '[0]'])
})

it('offers what is missing of a container whose items are not all at hand', () => {
  const rows = timelineRows(
    foldRun(
      [
        ...events.slice(0, 2),
        { type: 'map-expanded', path: 'each', items: { value: [] }, count: 900, concurrency: 2 } as RunEvent,
        events[6]!,
      ].map((event, index): JournalEntry => ({ seq: index + 1, at: index, event })),
    ),
    new Set(['each']),
    () => true,
  )
  expect(rows.at(-1)).toEqual({ kind: 'more', path: 'each', depth: 1, missing: 899, from: 1 })
})
