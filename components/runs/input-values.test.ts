import type { InputSpec } from '#pipeline/document.ts'
import { describe, expect, it } from 'vitest'
import { initialInputs, parseInputs } from './input-values.ts'

const parse = (spec: InputSpec, typed: string | boolean) => parseInputs({ x: spec }, { x: typed })

describe('initialInputs', () => {
  const specs: Record<string, InputSpec> = {
    city: { type: 'text', default: 'Bonn' },
    size: { type: 'number', default: 3 },
    dry: { type: 'boolean' },
    data: { type: 'json', default: { a: 1 } },
  }

  it('starts with the defaults', () => {
    expect(initialInputs(specs, {})).toEqual({ city: 'Bonn', size: '3', dry: false, data: '{\n  "a": 1\n}' })
  })

  it('prefers the last values', () => {
    expect(initialInputs(specs, { city: 'Köln', dry: true })).toMatchObject({ city: 'Köln', dry: true, size: '3' })
  })
})

describe('parseInputs', () => {
  it.each<[InputSpec, string | boolean, unknown]>([
    [{ type: 'text' }, 'a b', 'a b'],
    [{ type: 'number' }, ' 1.5 ', 1.5],
    [{ type: 'boolean' }, true, true],
    [{ type: 'json' }, '{"a": [1]}', { a: [1] }],
    [{ type: 'list' }, '["a", 2]', ['a', 2]],
    [{ type: 'list' }, 'a\n\n  b ', ['a', 'b']],
    [{ type: 'choice', options: [1, 2] }, '2', 2],
    [{ type: 'file' }, 'data/a.csv', 'data/a.csv'],
  ])('reads %j from %j', (spec, typed, value) => {
    expect(parse(spec, typed)).toEqual({ values: { x: value }, errors: {} })
  })

  it.each<[InputSpec, string, RegExp]>([
    [{ type: 'number' }, 'many', /“many” is not a number/],
    [{ type: 'json' }, '{a', /Not valid JSON/],
    [{ type: 'list' }, '["a"', /Not valid JSON/],
    [{ type: 'text' }, '', /Needed/],
    [{ type: 'file' }, '', /Needed/],
  ])('refuses %j with %j', (spec, typed, message) => {
    const { values, errors } = parse(spec, typed)
    expect(values).toEqual({})
    expect(errors.x).toMatch(message)
  })

  it('leaves an empty optional input and one with a default to the server', () => {
    expect(parse({ type: 'number', required: false }, '')).toEqual({ values: {}, errors: {} })
    expect(parse({ type: 'number', default: 3 }, ' ')).toEqual({ values: {}, errors: {} })
  })

  it('takes an empty text as one where a text is not needed', () => {
    expect(parse({ type: 'text', default: 'x' }, '')).toEqual({ values: { x: '' }, errors: {} })
  })
})
