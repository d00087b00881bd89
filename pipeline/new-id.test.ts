import { describe, expect, it } from 'vitest'
import { newId } from './new-id.ts'

describe('newId', () => {
  it('is a version 7 UUID that carries the present millisecond', () => {
    const before = Date.now()
    const id = newId()
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const millisecond = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
    expect(millisecond).toBeGreaterThanOrEqual(before)
    expect(millisecond).toBeLessThanOrEqual(Date.now() + 1)
  })

  it('sorts as text in the order of making, and never repeats, 100,000 times in a row', () => {
    const ids = Array.from({ length: 100_000 }, newId)
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
