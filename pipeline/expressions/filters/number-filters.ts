import { asInteger, type FunctionTable } from '../function-table.ts'
import { describe, isNumeric, isTruthy } from '../values.ts'

export const numberFilters: FunctionTable = {
  abs: {
    summary: 'Without its sign.',
    parameters: {},
    run: (runtime, input) =>
      isNumeric(input) ? Math.abs(Number(input)) : runtime.budget.fail(`abs needs a number, got ${describe(input)}`),
  },
  int: {
    summary: 'A whole number; the default when the value is none.',
    parameters: { default: 0, base: 10 },
    run: (runtime, input, fallback, base) => {
      if (isNumeric(input)) return Number.isFinite(Number(input)) ? Math.trunc(Number(input)) : fallback
      if (typeof input !== 'string') return fallback
      const radix = asInteger(runtime, base, 'base')
      const text = input.trim().replaceAll('_', '')
      const whole = parseWhole(text, radix)
      if (whole !== null) return whole
      return radix === 10 && isDecimal(text) ? Math.trunc(Number(text)) : fallback
    },
  },
  float: {
    summary: 'A number; the default when the value is none.',
    parameters: { default: 0 },
    run: (_runtime, input, fallback) => {
      if (isNumeric(input)) return Number(input)
      return typeof input === 'string' && isDecimal(input.trim()) ? Number(input.trim()) : fallback
    },
  },
  round: {
    summary: "Rounded to a precision; method 'common' (half to even), 'ceil' or 'floor'.",
    parameters: { precision: 0, method: 'common' },
    run: (runtime, input, precision, method) => {
      const { budget } = runtime
      const value = isNumeric(input)
        ? Number(input)
        : typeof input === 'string' && isDecimal(input.trim())
          ? Number(input)
          : null
      if (value === null)
        return budget.fail(`round needs a number, got ${describe(input)}`, undefined, 'Convert it with | float first.')
      const digits = asInteger(runtime, precision, 'precision')
      if (Math.abs(digits) > 100) budget.fail(`precision must be between -100 and 100, got ${digits}`)
      if (method === 'common') return roundHalfEven(value, digits)
      if (method !== 'ceil' && method !== 'floor') return budget.fail("method must be 'common', 'ceil' or 'floor'")
      const scale = 10 ** digits
      return Math[method](value * scale) / scale
    },
  },
  filesizeformat: {
    summary: 'A number of bytes as kB, MB, GB; with `binary` as KiB, MiB, GiB.',
    parameters: { binary: false },
    run: (runtime, input, binary) => {
      const bytes = isNumeric(input)
        ? Number(input)
        : typeof input === 'string' && isDecimal(input.trim())
          ? Number(input)
          : null
      if (bytes === null) return runtime.budget.fail(`filesizeformat needs a number, got ${describe(input)}`)
      const base = isTruthy(binary) ? 1024 : 1000
      const units = isTruthy(binary)
        ? ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB']
        : ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB']
      if (bytes === 1) return '1 Byte'
      if (bytes < base) return `${Math.trunc(bytes)} Bytes`
      let exponent = 1
      while (exponent < units.length && bytes >= base ** (exponent + 1)) exponent += 1
      return `${(bytes / base ** exponent).toFixed(1)} ${units[exponent - 1]}`
    },
  },
}

function isDecimal(text: string): boolean {
  return text.length < 400 && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text))
}

function parseWhole(text: string, base: number): number | null {
  const match = /^([+-]?)(?:0[xX]|0[oO]|0[bB])?([\da-zA-Z]+)$/.exec(text)
  if (!match || base < 2 || base > 36 || text.length > 400) return null
  const prefixed = /^[+-]?0[xXoObB]/.test(text)
  const digits = prefixed && base !== 10 ? (match[2] as string) : text.replace(/^[+-]/, '')
  const allowed = [...digits.toLowerCase()].every((digit) => Number.parseInt(digit, 36) < base)
  if (!allowed) return null
  const value = Number.parseInt(digits, base)
  return match[1] === '-' ? -value : value
}

/** Rounds as Python does: correctly from the exact binary value, ties to the even digit. */
function roundHalfEven(value: number, digits: number): number {
  if (digits < 0) {
    const scale = 10 ** -digits
    const quotient = value / scale
    const floor = Math.floor(quotient)
    const rest = value - floor * scale
    const up = rest * 2 > scale || (rest * 2 === scale && floor % 2 !== 0)
    return (up ? floor + 1 : floor) * scale
  }
  if (Math.abs(value) >= 1e21 || Number.isInteger(value)) return value
  const size = Math.abs(value)
  const fixed = size.toFixed(digits)
  // toFixed works on the exact value but takes ties up; only a tie can be exactly half a unit of the last digit.
  const tail = size.toFixed(Math.min(100, digits + 40)).slice(fixed.length + (digits === 0 ? 1 : 0))
  let rounded = Number(fixed)
  if (/^50*$/.test(tail)) {
    const down = size.toFixed(Math.min(100, digits + 40)).slice(0, fixed.length)
    const lastDigit = Number(down.replace('.', '').at(-1))
    rounded = lastDigit % 2 === 0 ? Number(down) : Number(fixed)
  }
  const signed = value < 0 ? -rounded : rounded
  return signed === 0 ? 0 : signed
}
