import fc from 'fast-check'
import { expect, it } from 'vitest'
import { grantPlaces, spanOf, type Waiter } from './grant-places.ts'

const five: Waiter = { concurrency: 5, rate: null }
const perMinute: Waiter = { concurrency: null, rate: { count: 60, perMs: 60_000 } }
const use = { now: 1_000_000, held: 0, started: 0, oldestStart: null }
const line = (waiter: Waiter, length: number): Waiter[] => Array.from({ length }, () => waiter)

it('lets through as many as there is room for, and the rest when a place is given back', () => {
  expect(grantPlaces([], use)).toEqual({ granted: 0, nextAt: null })
  expect(grantPlaces(line(five, 3), use)).toEqual({ granted: 3, nextAt: null })
  expect(grantPlaces(line(five, 9), { ...use, held: 2 })).toEqual({ granted: 3, nextAt: null })
  expect(grantPlaces(line(five, 9), { ...use, held: 7 })).toEqual({ granted: 0, nextAt: null })
})

it('says when a rate lets the next one through', () => {
  const oldestStart = 970_000
  expect(grantPlaces(line(perMinute, 5), { ...use, started: 58, oldestStart })).toEqual({
    granted: 2,
    nextAt: oldestStart + spanOf({ perMs: 60_000 }),
  })
  expect(grantPlaces(line(perMinute, 70), use)).toEqual({ granted: 60, nextAt: use.now + spanOf({ perMs: 60_000 }) })
})

it('lets nobody pass who stands behind somebody with other limits', () => {
  expect(grantPlaces([five, five, perMinute, five], use)).toEqual({ granted: 2, nextAt: use.now })
  expect(grantPlaces([five, perMinute], { ...use, held: 5 })).toEqual({ granted: 0, nextAt: null })
})

it('never lets more through than the limits of the first say', () => {
  const waiter = fc.record<Waiter>({
    concurrency: fc.option(fc.integer({ min: 1, max: 5 })),
    rate: fc.option(fc.record({ count: fc.integer({ min: 1, max: 5 }), perMs: fc.constantFrom(1_000, 60_000) })),
  })
  fc.assert(
    fc.property(fc.array(waiter, { maxLength: 12 }), fc.nat(7), fc.nat(7), (waiting, held, started) => {
      const { granted } = grantPlaces(waiting, { ...use, held, started, oldestStart: started > 0 ? 999_000 : null })
      const [first] = waiting
      if (granted === 0) return
      expect(held + granted).toBeLessThanOrEqual(first!.concurrency ?? Number.POSITIVE_INFINITY)
      expect(started + granted).toBeLessThanOrEqual(first!.rate?.count ?? Number.POSITIVE_INFINITY)
      expect(waiting.slice(0, granted)).toEqual(line(first!, granted))
    }),
  )
})
