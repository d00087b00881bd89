import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '#pipeline/events.ts'
import { packEvents, unpackRows } from './journal-rows.ts'

const eventOf = (path: string): RunEvent => ({ type: 'step-cancelled', path })

describe('rows of the journal', () => {
  it('give back what went in, from any place on, however long the events and whatever their times', () => {
    const events = fc.array(fc.record({ path: fc.string({ maxLength: 2_500 }), wait: fc.nat({ max: 1 }) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(events, fc.nat(1_000), fc.nat(80), fc.integer({ min: 1, max: 80 }), (given, before, after, limit) => {
        let now = 0
        const at = given.map(({ wait }) => (now += wait))
        const expected = given.map(({ path }, index) => ({
          seq: before + index + 1,
          at: at[index],
          event: eventOf(path),
        }))
        const rows = packEvents(
          before + 1,
          expected.map(({ event }) => event),
          at,
        )
        const stored = rows.map((row) => ({ ...row, data: JSON.parse(row.data) as RunEvent[] }))
        const found = unpackRows(stored, before + after, limit)
        expect(found).toEqual(expected.slice(after, after + limit))
      }),
    )
  })

  it('hold small events of one moment together, and a large one alone', () => {
    const sizes = [10, 10, 1_700, 10, 5_000, 10, 10]
    const rows = packEvents(
      1,
      sizes.map((size) => eventOf('x'.repeat(size))),
      sizes.map(() => 7),
    )
    expect(rows.map(({ seq, at }) => ({ seq, at }))).toEqual([2, 4, 5, 7].map((seq) => ({ seq, at: 7 })))
  })

  it('of older releases have one event and no list', () => {
    const rows = [1, 2, 3].map((seq) => ({ seq, at: seq * 10, data: eventOf(`s${seq}`) }))
    expect(unpackRows(rows, 1, 1)).toEqual([{ seq: 2, at: 20, event: eventOf('s2') }])
  })
})
