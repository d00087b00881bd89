import type { Definition, FunctionTable, Runtime } from '../function-table.ts'
import { isTruthy, toList } from '../values.ts'
import { attributeReader } from './attribute-path.ts'

function testName(runtime: Runtime, value: unknown): string {
  return typeof value === 'string' ? value : runtime.budget.fail("the test must be a text such as 'equalto'")
}

const selecting = (name: string, summary: string, wanted: boolean, byAttribute: boolean): Definition => ({
  summary,
  signature: byAttribute ? `${name}(attribute, test, value)` : `${name}(test, value)`,
  rest: (runtime, input, positional, named) => {
    const { budget } = runtime
    if (named.size > 0) budget.fail(`${name} has no named arguments`)
    if (byAttribute && positional.length === 0) budget.fail(`${name} needs the name of an attribute`)
    const read = byAttribute ? attributeReader(runtime, positional[0]) : (item: unknown) => item
    const [test, ...values] = byAttribute ? positional.slice(1) : positional
    const items = toList(input, budget)
    const holds =
      test === undefined ? isTruthy : (value: unknown) => runtime.applyTest(testName(runtime, test), value, values)
    return items.filter((item) => {
      budget.charge(1)
      return holds(read(item)) === wanted
    })
  },
})

export const selectFilters: FunctionTable = {
  select: selecting('select', 'The items for which a test holds.', true, false),
  reject: selecting('reject', 'The items for which a test does not hold.', false, false),
  selectattr: selecting('selectattr', 'The items whose attribute passes a test.', true, true),
  rejectattr: selecting('rejectattr', 'The items whose attribute fails a test.', false, true),
  map: {
    summary: 'Every item through a filter, or its attribute.',
    signature: "map(attribute='name', default=value) or map('filter', ...)",
    rest: (runtime, input, positional, named) => {
      const { budget } = runtime
      const items = toList(input, budget)
      if (named.has('attribute')) {
        const read = attributeReader(runtime, named.get('attribute'))
        const fallback = named.get('default')
        return items.map((item) => {
          const value = read(item)
          return value === undefined ? fallback : value
        })
      }
      const [filter, ...values] = positional
      if (typeof filter !== 'string') return budget.fail("map needs the name of a filter, or attribute='name'")
      budget.enter()
      const mapped = items.map((item) => {
        const value = runtime.applyFilter(filter, item, values, named)
        budget.account(value)
        return value
      })
      budget.leave()
      return mapped
    },
  },
}
