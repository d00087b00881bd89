import { createRenderer, type EvaluateOptions, evaluateParsed } from './evaluate-template.ts'
import { parseCondition } from './parse-template.ts'
import { isTruthy } from './values.ts'

const falseTexts = new Set(['', 'false', 'none', 'null'])

/**
 * Whether a condition holds: a bare expression (`a > 1`), a text with expressions, or any value. Empty values are false,
 * and so are blank texts and the texts `false`, `none` and `null` in any case.
 */
export function evaluateCondition(
  condition: unknown,
  scope: Record<string, unknown>,
  options: EvaluateOptions = {},
): boolean {
  if (typeof condition !== 'string') return isTruthy(condition)
  if (condition.trim() === '') return false
  const value = evaluateParsed(parseCondition(condition), createRenderer(scope, options))
  return typeof value === 'string' ? !falseTexts.has(value.trim().toLowerCase()) : isTruthy(value)
}
