import { type FunctionTable, type Runtime, required } from '../function-table.ts'
import { groupPairs } from '../members.ts'
import { represent } from '../print-value.ts'
import { compareValues, describe, type Dict, isDict, isEqual, isTruthy, toList } from '../values.ts'
import { attributeReader } from './attribute-path.ts'

type Key = (item: unknown) => unknown

function keyOf(runtime: Runtime, attribute: unknown, caseSensitive: unknown): Key {
  const read = attribute === null ? (item: unknown) => item : attributeReader(runtime, attribute)
  if (isTruthy(caseSensitive)) return read
  return (item) => {
    const value = read(item)
    return typeof value === 'string' ? value.toLowerCase() : value
  }
}

function sortBy(runtime: Runtime, items: readonly unknown[], key: Key, reverse: boolean): unknown[] {
  const { budget } = runtime
  const direction = reverse ? -1 : 1
  const keyed = items.map((item) => ({ item, key: key(item) }))
  keyed.sort((left, right) => {
    budget.charge(1)
    return direction * compareValues(left.key, right.key, budget)
  })
  return keyed.map((entry) => entry.item)
}

function extreme(
  runtime: Runtime,
  input: unknown,
  caseSensitive: unknown,
  attribute: unknown,
  direction: number,
): unknown {
  const key = keyOf(runtime, attribute, caseSensitive)
  let best: { item: unknown; key: unknown } | null = null
  for (const item of toList(input, runtime.budget)) {
    runtime.budget.charge(1)
    const candidate = { item, key: key(item) }
    if (!best || direction * compareValues(candidate.key, best.key, runtime.budget) < 0) best = candidate
  }
  return best?.item
}

export const sortFilters: FunctionTable = {
  sort: {
    summary: 'In order; by attributes separated by commas; texts without regard to case.',
    parameters: { reverse: false, case_sensitive: false, attribute: null },
    run: (runtime, input, reverse, caseSensitive, attribute) => {
      const paths = typeof attribute === 'string' ? attribute.split(',').map((path) => path.trim()) : [attribute]
      const keys = paths.map((path) => keyOf(runtime, path, caseSensitive))
      const key: Key = keys.length === 1 ? (keys[0] as Key) : (item) => keys.map((one) => one(item))
      return sortBy(runtime, toList(input, runtime.budget), key, isTruthy(reverse))
    },
  },
  dictsort: {
    summary: "The [key, value] pairs of a dictionary, in order of 'key' or 'value'.",
    parameters: { case_sensitive: false, by: 'key', reverse: false },
    run: (runtime, input, caseSensitive, by, reverse) => {
      if (!isDict(input)) return runtime.budget.fail(`dictsort needs a dictionary, got ${describe(input)}`)
      if (by !== 'key' && by !== 'value') runtime.budget.fail("by must be 'key' or 'value'")
      const pairs = Object.keys(input).map((key) => [key, (input as Dict)[key]])
      runtime.budget.allocate(pairs.length * 32)
      return sortBy(runtime, pairs, keyOf(runtime, by === 'key' ? 0 : 1, caseSensitive), isTruthy(reverse))
    },
  },
  unique: {
    summary: 'Without repetitions; texts without regard to case.',
    parameters: { case_sensitive: false, attribute: null },
    run: (runtime, input, caseSensitive, attribute) => {
      const key = keyOf(runtime, attribute, caseSensitive)
      const seen = new Set<string>()
      return toList(input, runtime.budget).filter((item) => {
        const mark = represent(key(item), runtime.budget)
        if (seen.has(mark)) return false
        seen.add(mark)
        return true
      })
    },
  },
  groupby: {
    summary: 'Groups by an attribute, sorted: [key, items] pairs.',
    parameters: { attribute: required, default: undefined, case_sensitive: false },
    run: (runtime, input, attribute, fallback, caseSensitive) => {
      const { budget } = runtime
      const read = attributeReader(runtime, attribute)
      const plain = (item: unknown) => {
        const value = read(item)
        return value === undefined ? fallback : value
      }
      const key: Key = (item) => {
        const value = plain(item)
        return typeof value === 'string' && !isTruthy(caseSensitive) ? value.toLowerCase() : value
      }
      const groups: { key: unknown; shown: unknown; items: unknown[] }[] = []
      for (const item of sortBy(runtime, toList(input, budget), key, false)) {
        const last = groups.at(-1)
        const current = key(item)
        if (last && isEqual(last.key, current, budget)) last.items.push(item)
        else groups.push({ key: current, shown: plain(item), items: [item] })
      }
      budget.allocate(groups.length * 32)
      return groups.map((group) => groupPair(group.shown, group.items))
    },
  },
  min: {
    summary: 'The smallest item, or the one with the smallest attribute.',
    parameters: { case_sensitive: false, attribute: null },
    run: (runtime, input, caseSensitive, attribute) => extreme(runtime, input, caseSensitive, attribute, 1),
  },
  max: {
    summary: 'The largest item, or the one with the largest attribute.',
    parameters: { case_sensitive: false, attribute: null },
    run: (runtime, input, caseSensitive, attribute) => extreme(runtime, input, caseSensitive, attribute, -1),
  },
}

/** A group reads both ways, as in Jinja: `for key, items in groups` and `group.grouper`, `group.list`. */
function groupPair(grouper: unknown, items: unknown[]): unknown[] {
  const pair = [grouper, items]
  groupPairs.add(pair)
  return pair
}
