import type { Budget } from './budget.ts'
import { formatNumber, pad } from './format-percent.ts'
import { readMember } from './members.ts'
import { printValue, represent } from './print-value.ts'
import { describe, isNumeric } from './values.ts'

const field = /\{\{|\}\}|\{([^{}!:]*)(?:!([rs]))?(?::([^{}]*))?\}|[{}]/g
const specification = /^(?:(.)?([<>^]))?([-+ ])?#?(0)?(\d+)?(,)?(?:\.(\d+))?([a-zA-Z%])?$/su

/** Python's `str.format`: `{}`, `{0}`, `{name}`, `{user[name]}`, `{x.y}`, `{x:>10}`, `{x:,.2f}`. */
export function formatBraces(
  text: string,
  positional: unknown[],
  named: ReadonlyMap<string, unknown>,
  budget: Budget,
): string {
  let next = 0
  budget.charge(text.length / 50)
  return text.replace(
    field,
    (whole, path: string | undefined, conversion: string | undefined, spec: string | undefined) => {
      if (whole === '{{') return '{'
      if (whole === '}}') return '}'
      if (path === undefined)
        return budget.fail(`a single ${whole} in a format: write ${whole}${whole} for the character`)
      const [root = '', ...rest] = path.split(/\.|\[|\]\.?/).filter((part, index) => index === 0 || part !== '')
      let value: unknown
      if (root === '' || /^\d+$/.test(root)) {
        const index = root === '' ? next++ : Number(root)
        if (index >= positional.length) return budget.fail(`the format has no value for place ${index}`)
        value = positional[index]
      } else {
        if (!named.has(root)) return budget.fail(`the format has no value for "${root}"`)
        value = named.get(root)
      }
      for (const key of rest) {
        if (value === undefined || value === null)
          return budget.fail(`the format cannot read "${key}" of ${describe(value)}`)
        value = readMember(value, /^\d+$/.test(key) && Array.isArray(value) ? Number(key) : key, budget)
      }
      const formatted = formatField(conversion === 'r' ? represent(value, budget) : value, spec ?? '', budget)
      budget.allocate(formatted.length)
      return formatted
    },
  )
}

function formatField(value: unknown, spec: string, budget: Budget): string {
  if (spec === '') return printValue(value, budget)
  const match = specification.exec(spec)
  if (!match) return budget.fail(`"${spec}" is not a format such as >10, 05d or ,.2f`)
  const [, fill, align, sign, zero, width, comma, precision, type] = match
  let body: string
  if (isNumeric(value) && type !== 's') {
    const kind = type ?? (precision === undefined ? (Number.isInteger(Number(value)) ? 'd' : '') : 'g')
    body =
      kind === ''
        ? printValue(value, budget)
        : formatNumber(
            Number(value),
            kind,
            precision === undefined ? null : Number(precision),
            sign ?? '',
            spec,
            budget,
          )
    if (comma) body = body.replace(/\d+/, (digits) => digits.replace(/\B(?=(?:\d{3})+$)/g, ','))
  } else {
    if (type !== undefined && type !== 's')
      return budget.fail(`the format "${spec}" needs a number, got ${describe(value)}`)
    body = printValue(value, budget)
    if (precision !== undefined) body = body.slice(0, Number(precision))
  }
  const side = (align ?? (isNumeric(value) ? '>' : '<')) as '<' | '>' | '^'
  return pad(body, Number(width ?? 0), side, fill ?? (zero ? '0' : ' '), budget)
}
