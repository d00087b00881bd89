import type { BinaryOperator } from './ast.ts'
import type { Budget } from './budget.ts'
import { formatPercent } from './format-percent.ts'
import { compareValues, describe, isDict, isEqual, isNumeric, Namespace } from './values.ts'

/** The value of an arithmetic operator; fails naming both values. */
export function applyBinary(operator: BinaryOperator, left: unknown, right: unknown, budget: Budget): unknown {
  if (typeof left === 'number' && typeof right === 'number') return applyNumbers(operator, left, right, budget)
  if (isNumeric(left) && isNumeric(right)) return applyNumbers(operator, Number(left), Number(right), budget)
  if (operator === '+') {
    if (typeof left === 'string' && typeof right === 'string') {
      budget.allocate(left.length + right.length)
      return left + right
    }
    if (Array.isArray(left) && Array.isArray(right)) {
      budget.allocate((left.length + right.length) * 8)
      return [...left, ...right]
    }
  }
  if (operator === '*') {
    if (isNumeric(right)) return repeat(left, Number(right), budget)
    if (isNumeric(left)) return repeat(right, Number(left), budget)
  }
  if (operator === '%' && typeof left === 'string') {
    return formatPercent(left, Array.isArray(right) ? right : [right], isDict(right) ? right : null, budget)
  }
  return refuse(operator, left, right, budget)
}

function refuse(operator: string, left: unknown, right: unknown, budget: Budget): never {
  const mixesText = operator === '+' && (typeof left === 'string' || typeof right === 'string')
  const undefinedHint = left === undefined || right === undefined ? 'Give it a value with | default(...).' : undefined
  const fix = undefinedHint ?? (mixesText ? 'Use ~ to join as text, or | int to add as numbers.' : undefined)
  return budget.fail(`cannot compute ${describe(left)} ${operator} ${describe(right)}`, undefined, fix)
}

function applyNumbers(operator: BinaryOperator, left: number, right: number, budget: Budget): number {
  let result: number
  if (operator === '+') result = left + right
  else if (operator === '-') result = left - right
  else if (operator === '*') result = left * right
  else if (operator === '**') result = left ** right
  else {
    if (right === 0) return budget.fail(`cannot divide ${left} by zero`)
    if (operator === '/') result = left / right
    else if (operator === '//') result = Math.floor(left / right)
    else {
      result = left % right
      // As in Python, the remainder has the sign of the divisor.
      if (result !== 0 && result < 0 !== right < 0) result += right
    }
  }
  if (!Number.isFinite(result)) return budget.fail(`${left} ${operator} ${right} is not a number that can be written`)
  return result
}

function repeat(value: unknown, times: number, budget: Budget): unknown {
  if (!Number.isInteger(times)) return refuse('*', value, times, budget)
  const count = Math.max(0, times)
  if (typeof value === 'string') {
    budget.allocate(value.length * count)
    return value.repeat(count)
  }
  if (!Array.isArray(value)) return refuse('*', value, times, budget)
  budget.allocate(value.length * count * 8)
  const result: unknown[] = []
  for (let index = 0; value.length > 0 && index < count; index += 1) for (const item of value) result.push(item)
  return result
}

/** Whether a container holds a value: a part of a text, an item of a list, a key of a dictionary. */
export function isIn(value: unknown, container: unknown, budget: Budget): boolean {
  if (typeof container === 'string') {
    if (typeof value !== 'string') return budget.fail(`cannot look for ${describe(value)} in a text`)
    chargeSearch(container, value, budget)
    return container.includes(value)
  }
  if (Array.isArray(container)) {
    budget.charge(container.length / 8)
    return container.some((item) => isEqual(item, value, budget))
  }
  if (container === undefined) return false
  if (container instanceof Namespace) return typeof value === 'string' && container.values.has(value)
  if (isDict(container))
    return (typeof value === 'string' || typeof value === 'number') && Object.hasOwn(container, value)
  return budget.fail(
    `cannot look for ${describe(value)} in ${describe(container)}`,
    undefined,
    'Use a list, a text or a dictionary.',
  )
}

/** Spends what finding a text in another costs at worst. */
export function chargeSearch(text: string, part: string, budget: Budget): void {
  budget.charge(1 + (text.length * Math.max(1, Math.min(part.length, text.length - part.length))) / 1_000)
}

/** Whether `left operator right` holds. */
export function applyCompare(operator: string, left: unknown, right: unknown, budget: Budget): boolean {
  if (operator === '==') return isEqual(left, right, budget)
  if (operator === '!=') return !isEqual(left, right, budget)
  if (operator === 'in') return isIn(left, right, budget)
  if (operator === 'not in') return !isIn(left, right, budget)
  const order = compareValues(left, right, budget)
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  if (operator === '>') return order > 0
  return order >= 0
}
