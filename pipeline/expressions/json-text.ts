import type { Budget } from './budget.ts'
import { describe, isDict, Namespace } from './values.ts'

export interface JsonOptions {
  indent: number | null
  sortKeys: boolean
  /** Characters beyond ASCII as `\uXXXX`, as Python does. */
  ascii: boolean
}

/** A value as JSON in Python's layout (`{"a": 1, "b": 2}`), on the budget; undefined is null. */
export function writeJson(value: unknown, options: JsonOptions, budget: Budget): string {
  const write = (current: unknown, margin: string): string => {
    budget.charge(1)
    if (current === undefined || current === null) return 'null'
    if (typeof current === 'string') {
      budget.allocate(current.length)
      const text = JSON.stringify(current)
      if (!options.ascii) return text
      return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    }
    if (typeof current === 'number') return Number.isFinite(current) ? String(current) : 'null'
    if (typeof current === 'boolean' || typeof current === 'bigint') return String(current)
    if (current instanceof Date) return JSON.stringify(current)
    const inner = options.indent === null ? '' : `${margin}${' '.repeat(options.indent)}`
    const wrap = (open: string, parts: string[], close: string) => {
      for (const part of parts) budget.allocate(part.length + inner.length + 2)
      if (parts.length === 0) return open + close
      if (options.indent === null) return `${open}${parts.join(', ')}${close}`
      return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`
    }
    budget.enter()
    let text: string
    if (Array.isArray(current)) {
      text = wrap(
        '[',
        current.map((item) => write(item, inner)),
        ']',
      )
    } else {
      const dict = current instanceof Namespace ? Object.fromEntries(current.values) : current
      if (!isDict(dict)) return budget.fail(`${describe(current)} cannot be written as JSON`)
      const keys = Object.keys(dict)
      if (options.sortKeys) keys.sort()
      text = wrap(
        '{',
        keys.map((key) => `${write(key, inner)}: ${write(dict[key], inner)}`),
        '}',
      )
    }
    budget.leave()
    return text
  }
  return write(value, '')
}
