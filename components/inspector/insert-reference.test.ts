import { evaluateTemplate } from '#pipeline/expressions/expressions.ts'
import { describe, expect, it } from 'vitest'
import { expressionForColumn, expressionForPath } from '#components/runs/expression-for-path.ts'
import { referenceChange } from './insert-reference.ts'

describe('expressionForPath', () => {
  it.each([
    [[], 'load'],
    [['rows', 0, 'city'], 'load.rows[0].city'],
    [['first name', 'a"b'], 'load["first name"]["a\\"b"]'],
    [['2x'], 'load["2x"]'],
    [[3, 'x'], 'load[3].x'],
  ])('%j is %s', (keys, expression) => {
    expect(expressionForPath('load', keys)).toBe(expression)
  })

  it('reads the value it names', () => {
    const load = { rows: [{ 'first name': { 'a"b': 7 } }] }
    const expression = expressionForPath('load', ['rows', 0, 'first name', 'a"b'])
    expect(evaluateTemplate(`{{ ${expression} }}`, { load })).toBe(7)
  })

  it('reads a whole column', () => {
    const load = { rows: [{ city: 'Bonn' }, { city: 'Ulm' }] }
    const expression = expressionForColumn('load', ['rows'], 'city')
    expect(evaluateTemplate(`{{ ${expression} }}`, { load })).toEqual(['Bonn', 'Ulm'])
  })
})

/** The text after a reference arrived at the `^`. */
function drop(marked: string, kind: 'template' | 'expression' | 'condition', expression = 'load.rows'): string {
  const offset = marked.indexOf('^')
  const text = marked.replace('^', '')
  const { from, to, insert } = referenceChange(text, offset, expression, kind)
  return text.slice(0, from) + insert + text.slice(to)
}

describe('a value dropped into a field', () => {
  it.each([
    ['^', '{{ load.rows }}'],
    ['Dear ^, hello', 'Dear {{ load.rows }}, hello'],
    ['{{ ^ }}', '{{ load.rows }}'],
    ['{{ a + ^ }}', '{{ a + load.rows }}'],
    ['{{ other^ }}!', '{{ load.rows }}!'],
    ['{{ other }}^', '{{ other }}{{ load.rows }}'],
    ['{{ other | ^ }}', '{{ other | load.rows }}'],
  ])('of text: %s becomes %s', (before, after) => {
    expect(drop(before, 'template')).toBe(after)
  })

  it.each([
    ['^', '{{ load.rows }}'],
    ['{{ other }}^', '{{ load.rows }}'],
    ['^{{ other }}', '{{ load.rows }}'],
    ['{{ a + ^ }}', '{{ a + load.rows }}'],
  ])('of one expression: %s becomes %s', (before, after) => {
    expect(drop(before, 'expression')).toBe(after)
  })

  it.each([
    ['^', 'load.rows'],
    ['^ > 3', 'load.rows > 3'],
    ['a > ^', 'a > load.rows'],
    ['{{ a > ^ }}', '{{ a > load.rows }}'],
  ])('of a condition: %s becomes %s', (before, after) => {
    expect(drop(before, 'condition')).toBe(after)
  })
})
