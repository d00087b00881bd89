import { OrchestratorError } from '../errors.ts'
import type { Template } from './ast.ts'
import { Budget } from './budget.ts'
import { parseDate } from './date-format.ts'
import { measureValue } from './measure-value.ts'
import { parseTemplate } from './parse-template.ts'
import { Renderer } from './renderer.ts'

/** Limits and context of one evaluation; the defaults stop any text within about a second. */
export interface EvaluateOptions {
  /** Units of work, about one per operator, element or hundred characters; default 5,000,000. */
  maxSteps?: number
  /** Characters and list slots created in total; default 64 Mi. */
  maxBytes?: number
  /** What `now()` and `'now' | date` mean: a Date, seconds or milliseconds, or an ISO text; without it they are errors. */
  now?: Date | number | string
  /** 'reference' makes `join` default to ", ". */
  dialect?: 'jinja' | 'reference'
}

/**
 * The value of a text with expressions: a lone `{{ x }}` keeps its type (undefined becomes null), anything else is a
 * string. Throws OrchestratorError `expression-syntax`, `expression-evaluation` or `expression-limit` with line and column.
 */
export function evaluateTemplate(
  template: Template | string,
  scope: Record<string, unknown>,
  options: EvaluateOptions = {},
): unknown {
  if (typeof template === 'string' && !template.includes('{')) return template
  const parsed = typeof template === 'string' ? parseTemplate(template) : template
  return evaluateParsed(parsed, createRenderer(scope, options))
}

/** An evaluator with a fresh budget; evaluateDeep uses one for all texts of a value. */
export function createRenderer(scope: Record<string, unknown>, options: EvaluateOptions): Renderer {
  return new Renderer(scope, {
    budget: new Budget(options.maxSteps, options.maxBytes),
    now: options.now === undefined ? null : parseDate(options.now),
    dialect: options.dialect ?? 'jinja',
  })
}

/** Evaluates a parsed text on a given evaluator. */
export function evaluateParsed(template: Template, renderer: Renderer): unknown {
  const [error] = template.errors
  if (error) throw syntaxError(error, template.source)
  const { budget } = renderer
  budget.source = template.source
  budget.depth = 0
  try {
    if (!template.lone) return renderer.render(template.nodes, { names: new Map(), parent: null })
    const value = renderer.evaluate(template.lone, null)
    if (value === undefined) return null
    if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? Number(value) : value
    budget.at = template.lone
    return measureValue(value, template.lone, budget)
  } catch (cause) {
    // A safety net under the depth limits, for callers that were already deep in their own stack.
    if (cause instanceof RangeError) budget.limit('is nested too deeply', 'Flatten the expression or the value.')
    throw cause
  }
}

function syntaxError(error: Template['errors'][number], source: string): OrchestratorError {
  const { message, line, column, offset } = error
  const details = { offset, expression: source.slice(offset, offset + 60) }
  return new OrchestratorError('expression-syntax', `${message} (line ${line}, column ${column})`, {
    line,
    column,
    details,
    retryable: false,
  })
}
