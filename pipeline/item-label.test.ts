import { expect, it } from 'vitest'
import { itemLabel } from './item-label.ts'

it('is the text or number itself, on one short line', () => {
  expect(itemLabel('  a\n b ')).toBe('a b')
  expect(itemLabel(7)).toBe('7')
  expect(itemLabel('x'.repeat(100))).toBe(`${'x'.repeat(59)}…`)
})

it('is what an object calls itself, whatever the case of its key', () => {
  expect(itemLabel({ id: 4, Name: 'Ada' })).toBe('Ada')
  expect(itemLabel({ amount: 3, email: 'ada@example.com' })).toBe('ada@example.com')
  expect(itemLabel({ name: '', total: 12 })).toBe('12')
})

it('counts a batch, and says nothing where there is nothing to say', () => {
  expect(itemLabel([1, 2])).toBe('2 items')
  expect(itemLabel({ nested: {} })).toBeUndefined()
  expect(itemLabel(null)).toBeUndefined()
  expect(itemLabel(' ')).toBeUndefined()
})
