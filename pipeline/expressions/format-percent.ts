import type { Budget } from './budget.ts'
import { printNumber, printValue, represent } from './print-value.ts'
import { describe, isNumeric } from './values.ts'

const directive = /%(?:\(([^)]*)\))?([-+ 0#]*)(\d+|\*)?(?:\.(\d+))?([a-zA-Z%])/g

/** Python's `%` formatting: `%s %d %5.2f %x %o %e %g %r %(name)s`. */
export function formatPercent(
  text: string,
  values: unknown[],
  named: Record<string, unknown> | null,
  budget: Budget,
): string {
  let next = 0
  budget.charge(text.length / 50)
  return text.replace(directive, (whole, name: string | undefined, flags: string, width, precision, type: string) => {
    if (type === '%') return '%'
    let value: unknown
    if (name !== undefined) {
      if (!named || !Object.hasOwn(named, name)) return budget.fail(`the format has no value for "${name}"`)
      value = named[name]
    } else {
      if (next >= values.length)
        return budget.fail(
          `the format ${JSON.stringify(text.slice(0, 60))} has more places than the ${values.length} values given`,
        )
      value = values[next]
      next += 1
    }
    const body = formatOne(whole, value, type, precision === undefined ? null : Number(precision), flags, budget)
    return pad(
      body,
      Number(width ?? 0),
      flags.includes('-') ? '<' : '>',
      flags.includes('0') && !flags.includes('-') ? '0' : ' ',
      budget,
    )
  })
}

/** Pads to a width; zeros go between sign and digits. */
export function pad(text: string, width: number, align: '<' | '>' | '^', fill: string, budget: Budget): string {
  const missing = width - text.length
  if (!(missing > 0)) return text
  budget.allocate(width)
  if (align === '<') return text + fill.repeat(missing)
  if (align === '^') return fill.repeat(missing >> 1) + text + fill.repeat(missing - (missing >> 1))
  if (fill === '0' && /^[+-]/.test(text)) return text[0] + fill.repeat(missing) + text.slice(1)
  return fill.repeat(missing) + text
}

function formatOne(
  whole: string,
  value: unknown,
  type: string,
  precision: number | null,
  flags: string,
  budget: Budget,
): string {
  if (type === 's' || type === 'r') {
    const text = type === 's' ? printValue(value, budget) : represent(value, budget)
    return precision === null ? text : text.slice(0, precision)
  }
  if (!isNumeric(value)) return budget.fail(`${whole} needs a number, got ${describe(value)}`)
  return formatNumber(Number(value), type, precision, flags, whole, budget)
}

/** One number in a conversion of Python's format language: d i u f F e E g G x X o b %. */
export function formatNumber(
  value: number,
  type: string,
  precision: number | null,
  flags: string,
  whole: string,
  budget: Budget,
): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const size = Math.abs(value)
  const digits = Math.min(precision ?? 6, 100)
  const exponent = (text: string) => text.replace(/e([+-])(\d)$/, 'e$10$2')
  let text: string
  if ('diu'.includes(type)) text = String(Math.trunc(size))
  else if (type === 'f' || type === 'F') text = size.toFixed(digits)
  else if (type === '%') text = `${(size * 100).toFixed(digits)}%`
  else if (type === 'e' || type === 'E') text = exponent(size.toExponential(digits))
  else if (type === 'g' || type === 'G') text = exponent(printNumber(Number(size.toPrecision(Math.max(1, digits)))))
  else if (type === 'x' || type === 'X') text = Math.trunc(size).toString(16)
  else if (type === 'o') text = Math.trunc(size).toString(8)
  else if (type === 'b') text = Math.trunc(size).toString(2)
  else return budget.fail(`${whole} is not a conversion; there are %s %d %f %e %g %x %o %r`)
  return sign + (type === type.toUpperCase() && type !== '%' ? text.toUpperCase() : text)
}
