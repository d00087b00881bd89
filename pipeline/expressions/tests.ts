import { type Definition, type FunctionTable, required, requireText } from './function-table.ts'
import { filters } from './filters/filters.ts'
import { compilePattern, findMatch } from './filters/regex-filters.ts'
import { applyCompare, isIn } from './operators.ts'
import { Callable, describe, isDict, isNumeric } from './values.ts'

const simple = (summary: string, holds: (value: unknown) => boolean): Definition => ({
  summary,
  parameters: {},
  run: (_runtime, input) => holds(input),
})
const comparing = (summary: string, operator: string): Definition => ({
  summary,
  parameters: { other: required },
  run: (runtime, input, other) => applyCompare(operator, input, other, runtime.budget),
})
const whole = (summary: string, holds: (value: number) => boolean): Definition => ({
  summary,
  parameters: {},
  run: (runtime, input) =>
    isNumeric(input) ? holds(Number(input)) : runtime.budget.fail(`the test needs a number, got ${describe(input)}`),
})
const matching = (summary: string, anchored: boolean): Definition => ({
  summary,
  parameters: { pattern: required, ignorecase: false, multiline: false },
  run: (runtime, input, pattern, ignoreCase, multiline) => {
    const text = requireText(runtime, input, 'the value')
    const match = findMatch(runtime, compilePattern(runtime, pattern, ignoreCase, multiline), text, 0)
    return match !== null && (!anchored || match[0] === 0)
  },
})
const cased = (text: unknown, lower: boolean) =>
  typeof text === 'string' &&
  text.toLowerCase() !== text.toUpperCase() &&
  text === (lower ? text.toLowerCase() : text.toUpperCase())

const table: FunctionTable = {
  defined: simple('Whether the value exists.', (value) => value !== undefined),
  undefined: simple('Whether the value does not exist.', (value) => value === undefined),
  none: simple('Whether it is none.', (value) => value === null),
  boolean: simple('Whether it is true or false.', (value) => typeof value === 'boolean'),
  true: simple('Whether it is true.', (value) => value === true),
  false: simple('Whether it is false.', (value) => value === false),
  number: simple('Whether it is a number.', isNumeric),
  integer: simple('Whether it is a whole number.', (value) => typeof value === 'number' && Number.isInteger(value)),
  float: simple(
    'Whether it is a number with a fraction.',
    (value) => typeof value === 'number' && !Number.isInteger(value),
  ),
  string: simple('Whether it is a text.', (value) => typeof value === 'string'),
  mapping: simple('Whether it is a dictionary.', isDict),
  sequence: simple(
    'Whether it is a list, text or dictionary.',
    (value) => typeof value === 'string' || Array.isArray(value) || isDict(value),
  ),
  iterable: simple(
    'Whether it can be looped over.',
    (value) => value === undefined || typeof value === 'string' || Array.isArray(value) || isDict(value),
  ),
  callable: simple('Whether it is a function.', (value) => value instanceof Callable),
  escaped: simple('Always false: texts carry no mark of being escaped.', () => false),
  lower: simple('Whether all letters are lower case.', (value) => cased(value, true)),
  upper: simple('Whether all letters are upper case.', (value) => cased(value, false)),
  even: whole('Whether it is even.', (value) => value % 2 === 0),
  odd: whole('Whether it is odd.', (value) => Math.abs(value % 2) === 1),
  divisibleby: {
    summary: 'Whether it can be divided by a number.',
    parameters: { num: required },
    run: (runtime, input, by) => {
      if (!isNumeric(input) || !isNumeric(by) || Number(by) === 0) {
        return runtime.budget.fail(`divisibleby cannot divide ${describe(input)} by ${describe(by)}`)
      }
      return Number(input) % Number(by) === 0
    },
  },
  eq: comparing('Whether it is equal to the other.', '=='),
  ne: comparing('Whether it differs from the other.', '!='),
  lt: comparing('Whether it is less than the other.', '<'),
  le: comparing('Whether it is at most the other.', '<='),
  gt: comparing('Whether it is greater than the other.', '>'),
  ge: comparing('Whether it is at least the other.', '>='),
  sameas: {
    summary: 'Whether it is the very same value.',
    parameters: { other: required },
    run: (_runtime, input, other) => Object.is(input, other),
  },
  in: {
    summary: 'Whether it is in a list, text or dictionary.',
    parameters: { seq: required },
    run: (runtime, input, container) => isIn(input, container, runtime.budget),
  },
  contains: {
    summary: 'Whether the list, text or dictionary holds a value.',
    parameters: { value: required },
    run: (runtime, input, value) => isIn(value, input, runtime.budget),
  },
  filter: {
    summary: 'Whether there is a filter of that name.',
    parameters: {},
    run: (_runtime, input) => typeof input === 'string' && filters.has(input),
  },
  test: {
    summary: 'Whether there is a test of that name.',
    parameters: {},
    run: (_runtime, input) => typeof input === 'string' && tests.has(input),
  },
  match: matching('Whether a pattern matches at the start of the text.', true),
  search: matching('Whether a pattern matches somewhere in the text.', false),
}
const aliases: Record<string, string> = {
  '==': 'eq',
  equalto: 'eq',
  '!=': 'ne',
  '<': 'lt',
  lessthan: 'lt',
  '<=': 'le',
  '>': 'gt',
  greaterthan: 'gt',
  '>=': 'ge',
}
for (const [alias, name] of Object.entries(aliases)) table[alias] = table[name] as Definition

/** Every test by name. */
export const tests: ReadonlyMap<string, Definition> = new Map(Object.entries(table))
