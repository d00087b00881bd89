import { OrchestratorError } from '#pipeline/errors.ts'
import { formatField } from '#pipeline/node-path.ts'

/**
 * The error of an expression that a step evaluated itself, with the setting it stands in (`with.cases[0].when`). The same
 * expression over the same values fails again: such an error is not worth another try.
 */
export function locateExpression(settings: unknown, template: unknown, error: unknown): unknown {
  if (!(error instanceof OrchestratorError) || !error.code.startsWith('expression-')) return error
  const { code, message, ...place } = error.info
  const path = place.field === undefined ? findPath(settings, template, 0) : null
  const field = path ? { field: formatField(['with', ...path]) } : {}
  return new OrchestratorError(code, message, { ...place, ...field, cause: error, retryable: false })
}

const deepest = 4

/** Where a value stands within another. */
function findPath(within: unknown, value: unknown, depth: number): (string | number)[] | null {
  if (within === value) return []
  if (typeof within !== 'object' || within === null || depth === deepest) return null
  for (const [key, child] of Object.entries(within)) {
    const path = findPath(child, value, depth + 1)
    if (path) return [Array.isArray(within) ? Number(key) : key, ...path]
  }
  return null
}
