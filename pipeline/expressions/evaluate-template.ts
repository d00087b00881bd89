import type { Template } from './ast.ts'

/** Limits and context of one evaluation; the defaults stop any text within about a second. */
export interface EvaluateOptions {
  /** Units of work, about one per operator, element or hundred characters; default 5,000,000. */
  maxSteps?: number
  /** Characters and list slots created in total; default 64 Mi. */
  maxBytes?: number
  /** What `now()` and `'now' | date` mean: a Date, milliseconds, or an ISO text; without it they are errors. */
  now?: Date | number | string
  /** 'reference' makes `join` default to ", ". */
  dialect?: 'jinja' | 'reference'
}

/**
 * The value of a text with expressions: a lone `{{ x }}` keeps its type (undefined becomes null), anything else is a
 * string. Throws OrchestratorError `expression-syntax`, `expression-evaluation` or `expression-limit` with line and column.
 */
export function evaluateTemplate(
  _template: Template | string,
  _scope: Record<string, unknown>,
  _options: EvaluateOptions = {},
): unknown {
  throw new Error('not built yet')
}
