import type { JsonSchema } from '#pipeline/manifest.ts'
import { describe, expect, it } from 'vitest'
import { controlOf, isExpression, optionsOf, sentenceOf, titleOf, valueOfExpressionText } from './field-kind.ts'

describe('controlOf', () => {
  it.each<[JsonSchema, string]>([
    [{ type: 'string', control: 'template' }, 'template'],
    [{ type: 'string' }, 'text'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'boolean' }, 'toggle'],
    [{ type: 'string', enum: ['a', 'b'] }, 'select'],
    [{ anyOf: [{ const: 'a' }, { const: 'b' }] }, 'select'],
    [{ type: 'array', items: { type: 'string' } }, 'list'],
    [{ type: 'array', items: { properties: { a: {} } } }, 'cases'],
    [{ type: 'array', control: 'list', items: { properties: { a: {} } } }, 'cases'],
    [{ type: 'object' }, 'key-value'],
    [{ type: 'object', properties: { a: {} } }, 'json'],
    [{}, 'expression'],
  ])('draws %j as %s', (schema, control) => {
    expect(controlOf(schema)).toBe(control)
  })
})

describe('valueOfExpressionText', () => {
  it.each([
    ['', undefined],
    ['{{ load.rows }}', '{{ load.rows }}'],
    ['[1, 2]', [1, 2]],
    ['{"a": "b"}', { a: 'b' }],
    ['12.5', 12.5],
    ['true', true],
    ['[1,', '[1,'],
    ['12 monkeys', '12 monkeys'],
    ['{"a": "{{ b }}"}', { a: '{{ b }}' }],
    ['{{ {"a": 1} }}', '{{ {"a": 1} }}'],
    ['word', 'word'],
  ])('stores %j as %j', (text, value) => {
    expect(valueOfExpressionText(text)).toEqual(value)
  })
})

it('knows an expression from a text', () => {
  expect(isExpression('a {{ b }}')).toBe(true)
  expect(isExpression('{% if a %}b{% endif %}')).toBe(true)
  expect(isExpression('{ "a": 1 }')).toBe(false)
  expect(isExpression(1)).toBe(false)
})

it('writes names as words', () => {
  expect(titleOf('max_tokens', {})).toBe('Max tokens')
  expect(titleOf('timeLimit', {})).toBe('Time limit')
  expect(titleOf('url', { title: 'URL' })).toBe('URL')
  expect(sentenceOf('first-row')).toBe('First row')
  expect(sentenceOf('GET')).toBe('GET')
  expect(optionsOf({ enum: [1, 'b'] })).toEqual(['1', 'b'])
})
