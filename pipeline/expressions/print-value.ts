import type { Budget } from './budget.ts'
import { Callable, isDict, Namespace } from './values.ts'

/** A value as text: texts as they are, undefined as '', the rest as Jinja prints it (`True`, `None`, `['a', 1]`). */
export function printValue(value: unknown, budget: Budget): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  return represent(value, budget)
}

/** A number as text: whole numbers without a fraction, the others as Python prints them. */
export function printNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '0'
  const size = Math.abs(value)
  const text = size !== 0 && size < 1e-4 ? value.toExponential() : String(value)
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

/** A value as Python's repr, which is what Jinja prints inside lists; spends the budget as it grows. */
export function represent(value: unknown, budget: Budget): string {
  budget.charge(1)
  if (value === undefined) return 'Undefined'
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return printNumber(value)
  if (typeof value === 'string') {
    budget.allocate(value.length)
    return quote(value)
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString()
  if (value instanceof Callable) return `<function ${value.name}>`
  if (value instanceof Namespace) return '<namespace>'
  if (typeof value !== 'object') return String(value)
  budget.enter()
  let text: string
  if (Array.isArray(value)) text = `[${value.map((item) => represent(item, budget)).join(', ')}]`
  else if (isDict(value)) {
    const entries = Object.keys(value).map((key) => `${quote(key)}: ${represent(value[key], budget)}`)
    text = `{${entries.join(', ')}}`
  } else text = '<object>'
  budget.leave()
  budget.allocate(text.length)
  return text
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  let escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
  if (mark === "'") escaped = escaped.replaceAll("'", "\\'")
  return mark + escaped + mark
}
