import { OrchestratorError } from '../errors.ts'
import { createRenderer, type EvaluateOptions, evaluateParsed } from './evaluate-template.ts'
import { maxDepth } from './budget.ts'
import { parseTemplate } from './parse-template.ts'
import type { Renderer } from './renderer.ts'
import { type Dict, isDict, setOwn } from './values.ts'

/** Evaluates every string of a JSON value on one budget; errors carry the field path (`headers.auth`, `cases[0].when`). */
export function evaluateDeep(value: unknown, scope: Record<string, unknown>, options: EvaluateOptions = {}): unknown {
  return walk(value, [], createRenderer(scope, options))
}

function walk(value: unknown, path: (string | number)[], renderer: Renderer): unknown {
  if (typeof value === 'string') return value.includes('{') ? evaluateAt(value, path, renderer) : value
  if (typeof value !== 'object' || value === null) return value
  if (path.length > maxDepth) {
    throw new OrchestratorError('expression-limit', `the value nests more than ${maxDepth} levels deep`, {
      field: fieldPath(path.slice(0, 20)),
      retryable: false,
    })
  }
  if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index], renderer))
  if (!isDict(value)) return value
  const result: Dict = {}
  for (const key of Object.keys(value)) setOwn(result, key, walk(value[key], [...path, key], renderer))
  return result
}

function evaluateAt(text: string, path: (string | number)[], renderer: Renderer): unknown {
  try {
    return evaluateParsed(parseTemplate(text), renderer)
  } catch (error) {
    if (!(error instanceof OrchestratorError) || path.length === 0) throw error
    const { code, message, ...place } = error.info
    throw new OrchestratorError(code, message, {
      ...place,
      field: fieldPath(path),
      cause: error,
      retryable: error.retryable,
    })
  }
}

function fieldPath(path: (string | number)[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('')
}
