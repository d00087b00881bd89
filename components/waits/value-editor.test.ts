import { describe, expect, it } from 'vitest'
import { readTypedValue, typedValueOf } from './value-editor.tsx'

describe('a value that is changed before it is approved', () => {
  it('is edited field by field where it is flat, and keeps the types of its fields', () => {
    const typed = typedValueOf({ amount: 640, name: 'Ada', express: false, note: null })
    expect(typed).toMatchObject({ kind: 'fields', fields: { amount: '640', name: 'Ada', express: false, note: '' } })
    if (typed.kind !== 'fields') return
    expect(readTypedValue(typed)).toEqual({ value: { amount: 640, name: 'Ada', express: false, note: null } })
    expect(readTypedValue({ ...typed, fields: { ...typed.fields, amount: '600.5', note: 'late' } })).toEqual({
      value: { amount: 600.5, name: 'Ada', express: false, note: 'late' },
    })
    expect(readTypedValue({ ...typed, fields: { ...typed.fields, amount: '' } })).toEqual({
      errors: { amount: '“” is not a number' },
    })
  })

  it('is text as text, and anything deeper as JSON', () => {
    expect(readTypedValue(typedValueOf('Dear Ada'))).toEqual({ value: 'Dear Ada' })
    const list = typedValueOf([{ a: [1] }])
    expect(list.kind).toBe('json')
    expect(readTypedValue(list)).toEqual({ value: [{ a: [1] }] })
    expect(readTypedValue({ kind: 'json', text: '{' })).toEqual({
      errors: { '': expect.stringMatching(/^Not valid JSON/) },
    })
  })
})
