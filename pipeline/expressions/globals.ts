import { asInteger, type Definition } from './function-table.ts'
import { Callable, type Dict, isDict, Namespace, setOwn } from './values.ts'
import { printValue } from './print-value.ts'

const table: Record<string, Definition> = {
  range: {
    summary: 'Whole numbers from start up to, not including, stop.',
    signature: 'range(stop) or range(start, stop, step=1)',
    rest: (runtime, _input, positional, named) => {
      if (named.size > 0) runtime.budget.fail('range has no named arguments')
      if (positional.length < 1 || positional.length > 3) runtime.budget.fail('range takes one to three numbers')
      const numbers = positional.map((value) => asInteger(runtime, value, 'an argument of range'))
      const [start, stop, step] =
        numbers.length === 1
          ? [0, numbers[0] as number, 1]
          : [numbers[0] as number, numbers[1] as number, numbers[2] ?? 1]
      if (step === 0) runtime.budget.fail('the step of range cannot be 0')
      const count = Math.max(0, Math.ceil((stop - start) / step))
      if (count > 100_000)
        runtime.budget.limit(`asks for a range of ${count} numbers`, 'A range may have 100,000 numbers.')
      runtime.budget.charge(count / 2)
      return Array.from({ length: count }, (_, index) => start + index * step)
    },
  },
  dict: {
    summary: 'A dictionary of the named arguments.',
    signature: 'dict(name=value, ...)',
    rest: (runtime, _input, positional, named) => {
      const dict: Dict = {}
      for (const source of positional) {
        if (!isDict(source)) runtime.budget.fail('dict takes dictionaries and named arguments')
        else for (const key of Object.keys(source)) setOwn(dict, key, source[key])
      }
      runtime.budget.allocate(Object.keys(dict).length * 16)
      for (const [key, value] of named) setOwn(dict, key, value)
      return dict
    },
  },
  namespace: {
    summary: 'A bag of values that `set bag.name = value` may change, inside loops too.',
    signature: 'namespace(name=value, ...)',
    rest: (_runtime, _input, _positional, named) => {
      const bag = new Namespace()
      for (const [key, value] of named) bag.values.set(key, value)
      return bag
    },
  },
  now: {
    summary: 'The time the evaluation is given, as an ISO text in UTC.',
    parameters: {},
    run: (runtime) => {
      if (!runtime.now) return runtime.budget.fail('now() is not available here', undefined, 'Use run.started_at.')
      return runtime.now.toISOString()
    },
  },
  cycler: {
    summary: 'Cycles through values: `.next()`, `.reset()`, `.current`.',
    signature: 'cycler(value, ...)',
    rest: (runtime, _input, positional) => {
      if (positional.length === 0) runtime.budget.fail('cycler needs at least one value')
      const bag = new Namespace()
      let index = 0
      const show = () => bag.values.set('current', positional[index % positional.length])
      show()
      bag.values.set(
        'next',
        new Callable('cycler.next', () => {
          const value = positional[index % positional.length]
          index += 1
          show()
          return value
        }),
      )
      bag.values.set(
        'reset',
        new Callable('cycler.reset', () => {
          index = 0
          show()
        }),
      )
      return bag
    },
  },
  joiner: {
    summary: 'A function that gives nothing the first time and the separator after that.',
    parameters: { sep: ', ' },
    run: (runtime, _input, separator) => {
      let used = false
      return new Callable('joiner', () => {
        if (used) return printValue(separator, runtime.budget)
        used = true
        return ''
      })
    },
  },
}

export const globals: ReadonlyMap<string, Definition> = new Map(Object.entries(table))
