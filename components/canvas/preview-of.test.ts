import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeValue, previewOf, shortText } from './preview-of.ts'

describe('previewOf', () => {
  it('shows rows as a table of three by three, with the true number of rows', () => {
    const rows = Array.from({ length: 20 }, (_, index) => ({ id: index, name: `n${index}`, note: 'x', more: 1 }))
    expect(previewOf({ rows, columns: ['id'] })).toMatchObject({
      kind: 'table',
      columns: ['id', 'name', 'note'],
      total: 20,
    })
    expect(previewOf({ rows: rows.slice(0, 2) }, { rows: 117 })).toMatchObject({ total: 117 })
  })

  it('looks for what a step is about', () => {
    expect(previewOf({ text: 'Hello', usage: { tokens: 3 } })).toEqual({ kind: 'text', text: 'Hello' })
    expect(previewOf({ status: 200, headers: {}, body: 'ok' })).toEqual({
      kind: 'text',
      text: 'ok',
      note: 'Status 200',
    })
    expect(previewOf({ label: 'angry', score: 0.5 })).toMatchObject({ kind: 'fields', total: 2 })
    expect(previewOf({ path: 'charts/one.png', size: 12 })).toEqual({ kind: 'image', path: 'charts/one.png' })
    expect(previewOf(42)).toEqual({ kind: 'number', value: 42 })
    expect(previewOf(['a', 'b'])).toEqual({ kind: 'list', items: ['a', 'b'], total: 2 })
    expect(previewOf([])).toMatchObject({ kind: 'empty' })
    expect(previewOf('')).toMatchObject({ kind: 'empty' })
  })

  it('shows something small for any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(previewOf(value)).length).toBeLessThan(3_000)
        expect(shortText(value).length).toBeLessThanOrEqual(60)
        expect(describeValue(value)).not.toBe('')
      }),
    )
  })
})
