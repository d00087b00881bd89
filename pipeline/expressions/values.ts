import type { Budget } from './budget.ts'

/** A function of the language: a global, a macro, `loop.cycle`. Never a function of the host. */
export class Callable {
  readonly name: string
  readonly call: (positional: unknown[], named: Map<string, unknown>) => unknown
  constructor(name: string, call: (positional: unknown[], named: Map<string, unknown>) => unknown) {
    this.name = name
    this.call = call
  }
}

/** A mutable bag made by `namespace()`. */
export class Namespace {
  readonly values = new Map<string, unknown>()
}

export type Dict = Record<string, unknown>

/** Whether a value is a dictionary: a plain object, never an instance of a class. */
export function isDict(value: unknown): value is Dict {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Sets an own property whatever its name, `__proto__` included. */
export function setOwn(target: Dict, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  } else target[key] = value
}

/** What a person calls the type of a value. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (value === null) return 'none'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number' || typeof value === 'bigint') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Callable) return 'function'
  return isDict(value) ? 'dictionary' : 'object'
}

/** A value in an error message: its type and the start of it. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return typeName(value)
  if (typeof value === 'string') {
    return `text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)}`
  }
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (isDict(value)) return `a dictionary with ${listNames(Object.keys(value))}`
  if (value instanceof Callable) return `the function ${value.name}`
  return typeof value === 'object' ? 'an object' : `${typeName(value)} ${String(value)}`
}

/** Names for an error message, cut after twelve. */
export function listNames(names: readonly string[]): string {
  if (names.length === 0) return 'nothing'
  const shown = names.slice(0, 12).map((name) => (name.length > 40 ? `${name.slice(0, 40)}...` : name))
  return shown.join(', ') + (names.length > 12 ? `, and ${names.length - 12} more` : '')
}

/** Truth as in Jinja: empty texts, lists, dictionaries, 0, none and undefined are false. */
export function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (isDict(value)) {
    for (const key in value) if (Object.hasOwn(value, key)) return true
    return false
  }
  return Boolean(value)
}

/** Deep equality; numbers and booleans compare as in Python (`1 == true`). */
export function isEqual(left: unknown, right: unknown, budget: Budget): boolean {
  if (left === right) return true
  if (isNumeric(left) && isNumeric(right)) return Number(left) === Number(right)
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  budget.charge(1)
  budget.enter()
  let equal = false
  if (Array.isArray(left)) {
    equal = Array.isArray(right) && left.length === right.length
    for (let index = 0; equal && index < left.length; index += 1) {
      budget.charge(1)
      equal = isEqual(left[index], (right as unknown[])[index], budget)
    }
  } else if (isDict(left) && isDict(right)) {
    const keys = Object.keys(left)
    equal = keys.length === Object.keys(right).length
    budget.charge(keys.length)
    for (let index = 0; equal && index < keys.length; index += 1) {
      const key = keys[index] as string
      equal = Object.hasOwn(right, key) && isEqual(left[key], right[key], budget)
    }
  } else if (left instanceof Date && right instanceof Date) equal = left.getTime() === right.getTime()
  budget.leave()
  return equal
}

export function isNumeric(value: unknown): value is number | boolean | bigint {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
}

/** Orders two values: negative, 0 or positive; fails when they have no order. */
export function compareValues(left: unknown, right: unknown, budget: Budget): number {
  if (isNumeric(left) && isNumeric(right)) return Number(left) - Number(right)
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime()
  if (Array.isArray(left) && Array.isArray(right)) {
    budget.enter()
    let order = 0
    for (let index = 0; order === 0 && index < left.length && index < right.length; index += 1) {
      budget.charge(1)
      if (!isEqual(left[index], right[index], budget)) order = compareValues(left[index], right[index], budget)
    }
    budget.leave()
    return order || left.length - right.length
  }
  return budget.fail(
    `${describe(left)} and ${describe(right)} have no order`,
    undefined,
    'Compare numbers with numbers and texts with texts.',
  )
}

/** The values a loop runs over: items of a list, characters of a text, keys of a dictionary; nothing for undefined. */
export function toList(value: unknown, budget: Budget): unknown[] {
  if (Array.isArray(value)) return value
  if (value === undefined) return []
  if (typeof value === 'string') {
    budget.allocate(value.length * 8)
    return Array.from(value)
  }
  if (isDict(value)) return Object.keys(value)
  if (value instanceof Namespace) return [...value.values.keys()]
  return budget.fail(`${describe(value)} cannot be looped over`, undefined, 'Use a list, a text or a dictionary.')
}
