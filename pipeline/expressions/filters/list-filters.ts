import { asInteger, asText, type FunctionTable, required } from '../function-table.ts'
import { charactersOf } from '../members.ts'
import { applyBinary } from '../operators.ts'
import { describe, type Dict, isDict, isNumeric, isTruthy, Namespace, toList } from '../values.ts'
import { attributeReader } from './attribute-path.ts'

export const listFilters: FunctionTable = {
  default: {
    summary: 'The value, or this one when it is undefined (with `boolean`: when it is empty or false).',
    parameters: { default_value: '', boolean: false },
    run: (_runtime, input, fallback, boolean) =>
      input === undefined || (isTruthy(boolean) && !isTruthy(input)) ? fallback : input,
  },
  length: {
    summary: 'How many items, keys or characters there are.',
    parameters: {},
    run: (runtime, input) => {
      if (typeof input === 'string') return charactersOf(input, runtime.budget).length
      if (Array.isArray(input)) return input.length
      if (input === undefined) return 0
      if (isDict(input)) return Object.keys(input).length
      if (input instanceof Namespace) return input.values.size
      return runtime.budget.fail(`${describe(input)} has no length`, undefined, 'Use a list, a text or a dictionary.')
    },
  },
  first: {
    summary: 'The first item.',
    parameters: {},
    run: (runtime, input) => toList(input, runtime.budget)[0],
  },
  last: {
    summary: 'The last item.',
    parameters: {},
    run: (runtime, input) => toList(input, runtime.budget).at(-1),
  },
  list: {
    summary: 'A list of the items, characters or keys.',
    parameters: {},
    run: (runtime, input) => [...toList(input, runtime.budget)],
  },
  items: {
    summary: 'The [key, value] pairs of a dictionary.',
    parameters: {},
    run: (runtime, input) => {
      if (input === undefined) return []
      if (!isDict(input)) return runtime.budget.fail(`items needs a dictionary, got ${describe(input)}`)
      const keys = Object.keys(input)
      runtime.budget.allocate(keys.length * 32)
      return keys.map((key) => [key, (input as Dict)[key]])
    },
  },
  reverse: {
    summary: 'Backwards.',
    parameters: {},
    run: (runtime, input) => {
      const items = [...toList(input, runtime.budget)].reverse()
      return typeof input === 'string' ? items.join('') : items
    },
  },
  join: {
    summary: 'The items as one text, with a separator between them.',
    parameters: { d: null, attribute: null },
    run: (runtime, input, separator, attribute) => {
      const { budget } = runtime
      const between = separator === null ? (runtime.dialect === 'reference' ? ', ' : '') : asText(runtime, separator)
      const read = attribute === null ? (item: unknown) => item : attributeReader(runtime, attribute)
      const parts: string[] = []
      for (const item of toList(input, budget)) {
        const part = asText(runtime, read(item))
        budget.allocate(part.length + between.length)
        budget.charge(1)
        parts.push(part)
      }
      return parts.join(between)
    },
  },
  sum: {
    summary: 'The sum of the numbers, or of an attribute, added to `start`.',
    parameters: { attribute: null, start: 0 },
    run: (runtime, input, attribute, start) => {
      const read = attribute === null ? (item: unknown) => item : attributeReader(runtime, attribute)
      let total = start
      for (const item of toList(input, runtime.budget)) {
        const value = read(item)
        if (isNumeric(start) && !isNumeric(value)) runtime.budget.fail(`sum needs numbers, got ${describe(value)}`)
        runtime.budget.charge(1)
        total = applyBinary('+', total, value, runtime.budget)
      }
      return total
    },
  },
  batch: {
    summary: 'Lists of `linecount` items; the last filled up with `fill_with`.',
    parameters: { linecount: required, fill_with: null },
    run: (runtime, input, linecount, fill) => {
      const size = asInteger(runtime, linecount, 'linecount')
      if (size < 1) runtime.budget.fail(`linecount must be at least 1, got ${size}`)
      const items = toList(input, runtime.budget)
      runtime.budget.allocate(items.length * 24 + (fill === null ? 0 : size * 8))
      const rows: unknown[][] = []
      for (let index = 0; index < items.length; index += size) rows.push(items.slice(index, index + size))
      const last = rows.at(-1)
      while (last && fill !== null && last.length < size) last.push(fill)
      return rows
    },
  },
  slice: {
    summary: 'The items in `slices` lists of about the same length, short ones filled up with `fill_with`.',
    parameters: { slices: required, fill_with: null },
    run: (runtime, input, slices, fill) => {
      const count = asInteger(runtime, slices, 'slices')
      if (count < 1) runtime.budget.fail(`slices must be at least 1, got ${count}`)
      const items = toList(input, runtime.budget)
      runtime.budget.allocate((items.length + count * 4) * 8)
      const size = Math.floor(items.length / count)
      const longer = items.length % count
      let from = 0
      return Array.from({ length: count }, (_, index) => {
        const end = from + size + (index < longer ? 1 : 0)
        const column = items.slice(from, end)
        if (fill !== null && index >= longer && longer > 0) column.push(fill)
        from = end
        return column
      })
    },
  },
  attr: {
    summary: 'The attribute of that name.',
    parameters: { name: required },
    run: (runtime, input, name) => attributeReader(runtime, [name].map(String)[0])(input),
  },
  random: {
    summary: 'Not available: a run must give the same result when it is repeated.',
    parameters: {},
    run: (runtime) =>
      runtime.budget.fail(
        'random is not available: a run must give the same result when it is repeated',
        undefined,
        'Use first, last, or an index.',
      ),
  },
}
