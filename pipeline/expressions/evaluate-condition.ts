import type { EvaluateOptions } from './evaluate-template.ts'

/**
 * Whether a condition holds: a bare expression (`a > 1`), a text with expressions, or any value. Empty values are false,
 * and so are the texts `false` and `none` in any case.
 */
export function evaluateCondition(
  _condition: unknown,
  _scope: Record<string, unknown>,
  _options: EvaluateOptions = {},
): boolean {
  throw new Error('not built yet')
}
