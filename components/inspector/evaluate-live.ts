import {
  evaluateCondition,
  evaluateTemplate,
  findReferences,
  parseCondition,
  parseTemplate,
} from '#pipeline/expressions/expressions.ts'
import { type ScopeName, scopeValues } from './expression-scope.ts'

export type LiveResult = { kind: 'value'; value: unknown } | { kind: 'error'; message: string } | { kind: 'unknown' }

/** Small enough to be worked out between two key strokes. */
const limits = { maxSteps: 200_000, maxBytes: 4 * 1024 * 1024 }

/** The names a text reads; null when it reads one that is unknown here, or nothing at all. */
export function referencedNames(text: string, condition: boolean, names: readonly ScopeName[]): ScopeName[] | null {
  const read = new Set(findReferences(text, { bare: condition }).map(({ name }) => name))
  const found = names.filter(({ name }) => read.has(name))
  return found.length === read.size ? found : null
}

/**
 * What a text comes to with these values; `unknown` while one of them has none, or the text is not finished: what is
 * wrong with it is the problems' to say.
 */
export function evaluateLive(text: string, names: readonly ScopeName[], condition: boolean): LiveResult {
  if (names.some(({ value }) => value === undefined)) return { kind: 'unknown' }
  const { errors } = condition ? parseCondition(text) : parseTemplate(text)
  if (errors.length > 0) return { kind: 'unknown' }
  const scope = scopeValues(names)
  try {
    const value = condition ? evaluateCondition(text, scope, limits) : evaluateTemplate(text, scope, limits)
    return { kind: 'value', value }
  } catch (error) {
    return { kind: 'error', message: error instanceof Error ? error.message : String(error) }
  }
}
