import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkForm } from './check-form.ts'
import { type FormField, formFieldTypes } from './wait-details.ts'

const messagesOf = (field: Omit<FormField, 'name'>, value: unknown) =>
  checkForm([{ name: 'x', ...field }], { x: value }).problems.map(({ message }) => message)
const valueOf = (field: Omit<FormField, 'name'>, value: unknown) => {
  const { values, problems } = checkForm([{ name: 'x', ...field }], { x: value })
  expect(problems).toEqual([])
  return values.x
}

describe('checkForm', () => {
  it.each<[Omit<FormField, 'name'>, unknown, unknown]>([
    [{}, 'Ada', 'Ada'],
    [{ type: 'number' }, ' 12.5 ', 12.5],
    [{ type: 'number' }, 0, 0],
    [{ type: 'boolean' }, false, false],
    [{ type: 'boolean' }, 'yes', true],
    [{ type: 'date' }, '2028-02-29', '2028-02-29'],
    [{ type: 'choice', options: [1, 2] }, '2', 2],
    [{ required: false }, '', null],
    [{ default: 'x' }, '  ', 'x'],
    [{ type: 'long-text' }, 'a\nb', 'a\nb'],
  ])('reads %o given %o', (field, given, expected) => {
    expect(valueOf(field, given)).toEqual(expected)
  })

  it.each<[Omit<FormField, 'name'>, unknown, string]>([
    [{ label: 'Name' }, '', '"Name" is required.'],
    [{}, undefined, '"x" is required.'],
    [{ type: 'number' }, 'many', '"x" is "many"; it must be a number.'],
    [{ type: 'date' }, '2027-02-29', '"x" is "2027-02-29"; it must be a day such as 2026-11-23.'],
    [{ type: 'date' }, '23.11.2026', '"x" is "23.11.2026"; it must be a day such as 2026-11-23.'],
    [{ type: 'choice', options: ['a', 'b'] }, 'c', '"x" is "c"; it must be one of a, b.'],
    [{}, { a: 1 }, '"x" is a map; it must be text.'],
  ])('says what is wrong with %o given %o', (field, given, message) => {
    expect(messagesOf(field, given)).toEqual([message])
  })

  it('names fields that are none, with the nearest one', () => {
    const { problems } = checkForm([{ name: 'amount', required: false }], { amuont: 1 })
    expect(problems).toMatchObject([
      { field: 'values.amuont', message: 'The form has no field "amuont". Did you mean "amount"?' },
    ])
  })

  it('gives every field a value or a problem, whatever is given', () => {
    const field = fc.record({
      type: fc.constantFrom(...formFieldTypes),
      required: fc.boolean(),
      options: fc.constant<FormField['options']>(['a', 1]),
    })
    fc.assert(
      fc.property(field, fc.anything(), (given, value) => {
        const { values, problems } = checkForm([{ name: 'x', ...given }], { x: value })
        expect(problems.length === 0).toBe(Object.hasOwn(values, 'x'))
      }),
    )
  })
})
