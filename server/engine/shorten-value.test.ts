import type { JsonValue } from '#pipeline/document.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortenValue } from './shorten-value.ts'

describe('shortenValue', () => {
  it('leaves small values alone', () => {
    const value = { a: [1, 'two', null, { b: true }] }
    expect(shortenValue(value)).toEqual(value)
  })

  it('keeps the shape and bounds the size', () => {
    const rows = Array.from({ length: 5_000 }, (_, id) => ({ id, text: 'x'.repeat(2_000) }))
    const short = shortenValue({ rows }) as { rows: { id: number; text: string }[] }
    expect(short.rows[0]).toEqual({ id: 0, text: `${'x'.repeat(500)}…` })
    expect(JSON.stringify(short).length).toBeLessThan(3_000)
  })

  it('bounds the size of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const short = JSON.stringify(shortenValue(value as JsonValue, 200))
        expect(short.length).toBeLessThan(1_500)
      }),
    )
  })
})
