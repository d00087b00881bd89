import type { Budget } from './budget.ts'
import { describe, isDict, Namespace } from './values.ts'
import { LoopState } from './loop-state.ts'

const surrogate = /[\ud800-\udfff]/

/** The pairs made by groupby, which also have the attributes `grouper` and `list`. */
export const groupPairs = new WeakSet<unknown[]>()

/** The characters of a text, by code point; the text itself where each is one unit. */
export function charactersOf(text: string, budget: Budget): string | string[] {
  budget.charge(text.length / 500)
  if (!surrogate.test(text)) return text
  budget.allocate(text.length * 8)
  return Array.from(text)
}

/**
 * What `object.key` or `object[key]` reads: own data only, never anything of a prototype. Undefined when there is no
 * such key; the caller has made sure that the object itself is defined.
 */
export function readMember(object: unknown, key: unknown, budget: Budget): unknown {
  if (typeof key === 'string') {
    if (isDict(object)) return Object.hasOwn(object, key) ? object[key] : undefined
    if (object instanceof LoopState) return object.read(key)
    if (object instanceof Namespace) return object.values.get(key)
    if (Array.isArray(object) && groupPairs.has(object)) return object[key === 'grouper' ? 0 : key === 'list' ? 1 : -1]
    return undefined
  }
  if (typeof key === 'number') {
    if (Array.isArray(object)) {
      return Number.isInteger(key) ? object[key < 0 ? object.length + key : key] : undefined
    }
    if (typeof object === 'string') {
      if (!Number.isInteger(key)) return undefined
      const characters = charactersOf(object, budget)
      return characters[key < 0 ? characters.length + key : key]
    }
    if (isDict(object)) return Object.hasOwn(object, key) ? object[key] : undefined
    return undefined
  }
  if (typeof key === 'boolean' && isDict(object))
    return Object.hasOwn(object, String(key)) ? object[String(key)] : undefined
  return budget.fail(`${describe(key)} cannot be used as an index of ${describe(object)}`)
}

/** `object[from:to:step]` of a list or text, with Python's rules for what is negative or out of range. */
export function sliceValue(object: unknown, from: unknown, to: unknown, step: unknown, budget: Budget): unknown {
  if (typeof object !== 'string' && !Array.isArray(object)) {
    return budget.fail(`${describe(object)} cannot be sliced`, undefined, 'Use a list or a text.')
  }
  const bound = (value: unknown, name: string): number | null => {
    if (value === null || value === undefined) return null
    if (typeof value === 'number' && Number.isInteger(value)) return value
    return budget.fail(`the ${name} of a slice must be a whole number, got ${describe(value)}`)
  }
  const stride = bound(step, 'step') ?? 1
  if (stride === 0) return budget.fail('the step of a slice cannot be 0')
  const items: string | unknown[] = typeof object === 'string' ? charactersOf(object, budget) : object
  const { length } = items
  const lowest = stride > 0 ? 0 : -1
  const highest = stride > 0 ? length : length - 1
  const clamp = (value: number) => Math.min(highest, Math.max(lowest, value < 0 ? value + length : value))
  const start = bound(from, 'start')
  const stop = bound(to, 'end')
  const first = start === null ? (stride > 0 ? 0 : length - 1) : clamp(start)
  const last = stop === null ? (stride > 0 ? length : -1) : clamp(stop)
  const count = Math.max(0, Math.ceil((last - first) / stride))
  budget.allocate(typeof object === 'string' ? count : count * 8)
  if (stride === 1) {
    const part = items.slice(first, first + count)
    return typeof object === 'string' && typeof part !== 'string' ? (part as string[]).join('') : part
  }
  const result: unknown[] = []
  budget.charge(count / 8)
  for (let index = 0; index < count; index += 1) result.push(items[first + index * stride])
  return typeof object === 'string' ? result.join('') : result
}
