import { expect, it } from 'vitest'
import { valueAt } from './value-path.ts'

it('reads nested values, list entries and the value itself', () => {
  const value = { a: { b: [10, { c: 1 }] } }
  expect(valueAt(value, 'a.b.1.c')).toBe(1)
  expect(valueAt(value, '')).toBe(value)
  expect(valueAt(value, 'a.x.y')).toBeUndefined()
})

it('prefers a key that holds the dots itself', () => {
  expect(valueAt({ 'price.usd': 5, price: { usd: 6 } }, 'price.usd')).toBe(5)
})

it('never reaches prototypes', () => {
  expect(valueAt({}, 'constructor.name')).toBeUndefined()
  expect(valueAt([], 'length')).toBeUndefined()
})
