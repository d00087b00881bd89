import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toJson } from './to-json.ts'

describe('toJson', () => {
  it('gives JSON back as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(toJson(value)).toBe(value)
      }),
    )
  })

  it('reads anything else the way JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: true, withSparseArray: true, withNullPrototype: true }), (value) => {
        const text = JSON.stringify(value)
        expect(toJson(value)).toEqual(text === undefined ? null : JSON.parse(text))
      }),
    )
    expect(toJson({ a: undefined, b: [undefined, Number.NaN], c: new Date(0), d: 1 })).toEqual({
      b: [null, null],
      c: '1970-01-01T00:00:00.000Z',
      d: 1,
    })
  })

  it('refuses what JSON cannot hold', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    for (const value of [circle, 1n, () => 1, new Map([[1, 2]]), new Uint8Array(3)]) {
      expect(() => toJson({ value })).toThrow(expect.objectContaining({ code: 'output-invalid' }))
    }
  })
})
