import type { EvaluateOptions } from './evaluate-template.ts'

/** Evaluates every string of a JSON value; errors carry the field path (`headers.auth`, `cases[0].when`). */
export function evaluateDeep(
  _value: unknown,
  _scope: Record<string, unknown>,
  _options: EvaluateOptions = {},
): unknown {
  throw new Error('not built yet')
}
