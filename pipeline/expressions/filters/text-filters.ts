import { formatDate, parseDate } from '../date-format.ts'
import { formatPercent, pad } from '../format-percent.ts'
import { asInteger, asText, type Definition, type FunctionTable, required, requireText } from '../function-table.ts'
import { stripCharacters } from '../methods.ts'
import { capitalize, replaceText, titleCase } from '../text-functions.ts'
import { describe, isTruthy } from '../values.ts'

const change = (summary: string, apply: (text: string) => unknown): Definition => ({
  summary,
  parameters: {},
  run: (runtime, input) => {
    const text = asText(runtime, input)
    runtime.budget.charge(text.length / 50)
    return apply(text)
  },
})

const pathPart = (text: string) => text.slice(text.lastIndexOf('/') + 1)

export const textFilters: FunctionTable = {
  upper: change('In upper case.', (text) => text.toUpperCase()),
  lower: change('In lower case.', (text) => text.toLowerCase()),
  capitalize: change('The first letter upper, the rest lower case.', capitalize),
  title: change('Every word capitalized.', titleCase),
  string: change('The value as text.', (text) => text),
  safe: change('The value as text, unchanged.', (text) => text),
  wordcount: change('How many words there are.', (text) => text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  basename: change('The last part of a path.', pathPart),
  dirname: change('The path without its last part.', (text) => text.slice(0, Math.max(0, text.lastIndexOf('/')))),
  slugify: change('Lower case words with hyphens, for file names and addresses.', (text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\s-]/gu, '')
      .trim()
      .replace(/[-\s]+/g, '-'),
  ),
  trim: {
    summary: 'Without white space (or the given characters) at both ends.',
    parameters: { chars: null },
    run: (runtime, input, characters) => {
      const text = asText(runtime, input)
      if (characters === null) return text.trim()
      return stripCharacters(text, requireText(runtime, characters, 'chars'), true, true)
    },
  },
  replace: {
    summary: 'Every `old` replaced by `new`, at most `count` times.',
    parameters: { old: required, new: required, count: null },
    run: (runtime, input, old, next, count) => {
      const most = count === null ? -1 : asInteger(runtime, count, 'count')
      return replaceText(asText(runtime, input), asText(runtime, old), asText(runtime, next), most, runtime.budget)
    },
  },
  format: {
    summary: 'The text with its `%s`, `%d`, `%.2f` filled in.',
    signature: 'format(value, ..., name=value)',
    rest: (runtime, input, positional, named) => {
      const values = Object.fromEntries(named)
      return formatPercent(asText(runtime, input), positional, values, runtime.budget)
    },
  },
  center: {
    summary: 'Padded at both sides to a width.',
    parameters: { width: 80 },
    run: (runtime, input, width) => {
      const text = asText(runtime, input)
      const wanted = asInteger(runtime, width, 'width')
      const missing = Math.max(0, wanted - text.length)
      // Python gives the odd space to the left when the width is odd, to the right when it is even.
      const left = (missing >> 1) + (missing & wanted & 1)
      return pad(pad(text, text.length + left, '>', ' ', runtime.budget), wanted, '<', ' ', runtime.budget)
    },
  },
  truncate: {
    summary: 'Cut to a length, at a word unless `killwords`; up to `leeway` more characters are left alone.',
    parameters: { length: 255, killwords: false, end: '...', leeway: null },
    run: (runtime, input, length, killWords, end, leeway) => {
      const text = asText(runtime, input)
      const most = asInteger(runtime, length, 'length')
      const mark = asText(runtime, end)
      const slack = leeway === null ? 5 : asInteger(runtime, leeway, 'leeway')
      if (most < mark.length) runtime.budget.fail(`length must be at least ${mark.length}, the length of the end mark`)
      if (text.length <= most + slack) return text
      const kept = withoutHalfCharacter(text.slice(0, most - mark.length))
      if (isTruthy(killWords)) return kept + mark
      const space = kept.lastIndexOf(' ')
      return (space < 0 ? kept : kept.slice(0, space)) + mark
    },
  },
  date: {
    summary: "A time in strftime format, UTC; takes an ISO text, seconds, or 'now'.",
    parameters: { format: '%Y-%m-%d %H:%M:%S' },
    run: (runtime, input, format) => {
      const isNow = input === 'now'
      if (isNow && !runtime.now) runtime.budget.fail("'now' is not available here", undefined, 'Use run.started_at.')
      const date = isNow ? runtime.now : parseDate(input)
      if (!date)
        return runtime.budget.fail(
          `${describe(input)} is not a time`,
          undefined,
          'Use a text such as 2026-03-01T12:00:00Z.',
        )
      return formatDate(date, requireText(runtime, format, 'format'), runtime.budget)
    },
  },
}

function withoutHalfCharacter(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
}
