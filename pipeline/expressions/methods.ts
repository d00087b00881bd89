import { formatDate, parseDate } from './date-format.ts'
import { asInteger, asText, type Definition, type FunctionTable, required, requireText } from './function-table.ts'
import { formatBraces } from './format-braces.ts'
import { pad } from './format-percent.ts'
import { chargeSearch } from './operators.ts'
import { describe, type Dict, isDict, isEqual, setOwn, toList } from './values.ts'
import { capitalize, replaceText, titleCase } from './text-functions.ts'

type Tester = (text: string) => boolean
const check = (summary: string, tester: Tester): Definition => ({
  summary,
  parameters: {},
  run: (runtime, input) => {
    runtime.budget.charge((input as string).length / 100)
    return tester(input as string)
  },
})
const change = (summary: string, apply: (text: string) => string): Definition => ({
  summary,
  parameters: {},
  run: (runtime, input) => {
    runtime.budget.charge((input as string).length / 100)
    return apply(input as string)
  },
})
const padded = (summary: string, align: '<' | '>' | '^'): Definition => ({
  summary,
  parameters: { width: required, fillchar: ' ' },
  run: (runtime, input, width, fill) => {
    if (typeof fill !== 'string' || fill.length !== 1) runtime.budget.fail('fillchar must be one character')
    return pad(input as string, asInteger(runtime, width, 'width'), align, fill as string, runtime.budget)
  },
})
const edges = (summary: string, test: 'startsWith' | 'endsWith'): Definition => ({
  summary,
  parameters: { prefix: required },
  run: (runtime, input, affix) => {
    const affixes = Array.isArray(affix) ? affix : [affix]
    return affixes.some((one) => (input as string)[test](requireText(runtime, one, 'the text to look for')))
  },
})
const stripped = (summary: string, left: boolean, right: boolean): Definition => ({
  summary,
  parameters: { chars: null },
  run: (runtime, input, characters) => {
    const text = input as string
    runtime.budget.charge(text.length / 100)
    if (characters === null) return left && right ? text.trim() : left ? text.trimStart() : text.trimEnd()
    return stripCharacters(text, requireText(runtime, characters, 'chars'), left, right)
  },
})

/** A text without the given characters at its ends. */
export function stripCharacters(text: string, characters: string, left: boolean, right: boolean): string {
  const set = new Set(characters)
  let start = 0
  let end = text.length
  while (left && start < end && set.has(text[start] as string)) start += 1
  while (right && end > start && set.has(text[end - 1] as string)) end -= 1
  return text.slice(start, end)
}

const search = (summary: string, find: (text: string, part: string) => unknown): Definition => ({
  summary,
  parameters: { text: required },
  run: (runtime, input, part) => {
    const wanted = requireText(runtime, part, 'the text to look for')
    chargeSearch(input as string, wanted, runtime.budget)
    return find(input as string, wanted)
  },
})

const split = (fromEnd: boolean): Definition => ({
  summary: 'The parts between separators; without one, the words.',
  parameters: { sep: null, maxsplit: -1 },
  run: (runtime, input, separator, maximum) => {
    const text = input as string
    const most = asInteger(runtime, maximum, 'maxsplit')
    runtime.budget.allocate(text.length * 2)
    if (separator === null) {
      const words = text.trim() === '' ? [] : text.trim().split(/\s+/)
      if (most < 0 || words.length <= most + 1) return words
      if (fromEnd) return [words.slice(0, words.length - most).join(' '), ...words.slice(words.length - most)]
      const word = /\s*\S+\s*/g
      for (let index = 0; index < most; index += 1) word.exec(text)
      return [...words.slice(0, most), text.slice(word.lastIndex).trimStart()]
    }
    const mark = requireText(runtime, separator, 'sep')
    if (mark === '')
      runtime.budget.fail('the separator of split cannot be empty', undefined, 'For characters use | list.')
    chargeSearch(text, mark, runtime.budget)
    const parts = text.split(mark)
    if (most < 0 || parts.length <= most + 1) return parts
    if (fromEnd) return [parts.slice(0, parts.length - most).join(mark), ...parts.slice(parts.length - most)]
    return [...parts.slice(0, most), parts.slice(most).join(mark)]
  },
})

const textMethods: FunctionTable = {
  lower: change('In lower case.', (text) => text.toLowerCase()),
  upper: change('In upper case.', (text) => text.toUpperCase()),
  casefold: change('In lower case.', (text) => text.toLowerCase()),
  swapcase: change('Upper and lower case exchanged.', (text) =>
    text.replace(/\p{L}/gu, (letter) =>
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    ),
  ),
  title: change('Every word capitalized.', titleCase),
  capitalize: change('The first letter upper, the rest lower case.', capitalize),
  strip: stripped('Without white space (or the given characters) at both ends.', true, true),
  lstrip: stripped('Without white space at the start.', true, false),
  rstrip: stripped('Without white space at the end.', false, true),
  split: split(false),
  rsplit: split(true),
  partition: search('The text before, the separator, and the text after.', (text, part) => {
    const at = text.indexOf(part)
    return at < 0 ? [text, '', ''] : [text.slice(0, at), part, text.slice(at + part.length)]
  }),
  replace: {
    summary: 'Every `old` replaced by `new`, at most `count` times.',
    parameters: { old: required, new: required, count: -1 },
    run: (runtime, input, old, next, count) => {
      const from = requireText(runtime, old, 'old')
      return replaceText(
        input as string,
        from,
        requireText(runtime, next, 'new'),
        asInteger(runtime, count, 'count'),
        runtime.budget,
      )
    },
  },
  startswith: edges('Whether the text starts so.', 'startsWith'),
  endswith: edges('Whether the text ends so.', 'endsWith'),
  removeprefix: search('Without that start.', (text, part) => (text.startsWith(part) ? text.slice(part.length) : text)),
  removesuffix: search('Without that end.', (text, part) =>
    part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text,
  ),
  find: search('Where the part starts, -1 when it is not there.', (text, part) => text.indexOf(part)),
  rfind: search('Where the part last starts, -1 when it is not there.', (text, part) => text.lastIndexOf(part)),
  index: search('Where the part starts.', (text, part) => text.indexOf(part)),
  count: search('How often the part is there.', (text, part) =>
    part === '' ? text.length + 1 : text.split(part).length - 1,
  ),
  join: {
    summary: 'The items of a list, as one text with this one between them.',
    parameters: { items: required },
    run: (runtime, input, items) => {
      const parts = toList(items, runtime.budget).map((item) => requireText(runtime, item, 'every item'))
      for (const part of parts) runtime.budget.allocate(part.length + (input as string).length)
      return parts.join(input as string)
    },
  },
  format: {
    summary: 'Places `{}`, `{0}`, `{name:.2f}` filled in.',
    signature: 'format(value, ..., name=value)',
    rest: (runtime, input, positional, named) => formatBraces(input as string, positional, named, runtime.budget),
  },
  center: padded('Padded at both sides to a width.', '^'),
  ljust: padded('Padded at the right to a width.', '<'),
  rjust: padded('Padded at the left to a width.', '>'),
  zfill: {
    summary: 'Padded with zeros at the left to a width.',
    parameters: { width: required },
    run: (runtime, input, width) => pad(input as string, asInteger(runtime, width, 'width'), '>', '0', runtime.budget),
  },
  isdigit: check('Whether it is digits only.', (text) => /^\p{Nd}+$/u.test(text)),
  isnumeric: check('Whether it is digits only.', (text) => /^\p{N}+$/u.test(text)),
  isalpha: check('Whether it is letters only.', (text) => /^\p{L}+$/u.test(text)),
  isalnum: check('Whether it is letters and digits only.', (text) => /^[\p{L}\p{N}]+$/u.test(text)),
  isspace: check('Whether it is white space only.', (text) => /^\s+$/.test(text)),
  islower: check(
    'Whether all its letters are lower case.',
    (text) => text !== text.toUpperCase() && text === text.toLowerCase(),
  ),
  isupper: check(
    'Whether all its letters are upper case.',
    (text) => text !== text.toLowerCase() && text === text.toUpperCase(),
  ),
  strftime: {
    summary: 'A time text in another format.',
    parameters: { format: required },
    run: (runtime, input, format) => {
      const date = parseDate(input)
      if (!date) return runtime.budget.fail(`${describe(input)} is not a time`)
      return formatDate(date, requireText(runtime, format, 'format'), runtime.budget)
    },
  },
  isoformat: { summary: 'The text itself.', parameters: {}, run: (_runtime, input) => input },
}
textMethods.splitlines = {
  summary: 'The lines, without their ends.',
  parameters: { keepends: false },
  run: (runtime, input, keep) => {
    const text = input as string
    runtime.budget.allocate(text.length * 2)
    if (keep) return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+/g) ?? []
    const lines = text.split(/\r\n|\r|\n/)
    if (lines.at(-1) === '') lines.pop()
    return lines
  },
}

const listMethods: FunctionTable = {
  index: {
    summary: 'The position of a value.',
    parameters: { value: required },
    run: (runtime, input, value) => {
      const at = (input as unknown[]).findIndex((item) => isEqual(item, value, runtime.budget))
      return at >= 0 ? at : runtime.budget.fail(`${describe(value)} is not in the list`)
    },
  },
  count: {
    summary: 'How often a value is there.',
    parameters: { value: required },
    run: (runtime, input, value) => {
      runtime.budget.charge((input as unknown[]).length)
      return (input as unknown[]).filter((item) => isEqual(item, value, runtime.budget)).length
    },
  },
  copy: { summary: 'A copy of the list.', parameters: {}, run: (_runtime, input) => [...(input as unknown[])] },
}
for (const name of ['append', 'extend', 'insert', 'pop', 'remove', 'sort', 'reverse', 'clear']) {
  listMethods[name] = {
    summary: 'Not available: values never change.',
    signature: `${name}()`,
    rest: (runtime) =>
      runtime.budget.fail(
        `lists cannot be changed with .${name}()`,
        undefined,
        'Make a new list: `set items = items + [x]`, in loops on a namespace().',
      ),
  }
}

const dictMethods: FunctionTable = {
  items: {
    summary: 'The [key, value] pairs.',
    parameters: {},
    run: (runtime, input) => {
      const keys = Object.keys(input as Dict)
      runtime.budget.allocate(keys.length * 32)
      return keys.map((key) => [key, (input as Dict)[key]])
    },
  },
  keys: { summary: 'The keys.', parameters: {}, run: (_runtime, input) => Object.keys(input as Dict) },
  values: {
    summary: 'The values.',
    parameters: {},
    run: (_runtime, input) => Object.keys(input as Dict).map((key) => (input as Dict)[key]),
  },
  get: {
    summary: 'The value of a key, or the default when there is none.',
    parameters: { key: required, default: null },
    run: (runtime, input, key, fallback) => {
      const name = asText(runtime, key)
      return Object.hasOwn(input as Dict, name) ? (input as Dict)[name] : fallback
    },
  },
  copy: {
    summary: 'A copy of the dictionary.',
    parameters: {},
    run: (runtime, input) => {
      const copy: Dict = {}
      runtime.budget.allocate(Object.keys(input as Dict).length * 16)
      for (const key of Object.keys(input as Dict)) setOwn(copy, key, (input as Dict)[key])
      return copy
    },
  },
}

const none: ReadonlyMap<string, Definition> = new Map()
const byText: ReadonlyMap<string, Definition> = new Map(Object.entries(textMethods))
const byList: ReadonlyMap<string, Definition> = new Map(Object.entries(listMethods))
const byDict: ReadonlyMap<string, Definition> = new Map(Object.entries(dictMethods))

/** The methods a value has. */
export function methodsOf(value: unknown): ReadonlyMap<string, Definition> {
  if (typeof value === 'string') return byText
  if (Array.isArray(value)) return byList
  return isDict(value) ? byDict : none
}
