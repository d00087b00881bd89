import { coerceInput } from '../check-inputs.ts'
import { inputSpecSchema } from '../document.ts'
import type { CheckContext } from './check-context.ts'
import { childOf } from './locate.ts'

/** Inputs whose own declaration cannot work: choices without options, defaults of another type. */
export function checkInputSpecs(context: CheckContext): void {
  const inputs = childOf(context.document, 'inputs')
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) return
  for (const [name, value] of Object.entries(inputs)) {
    const spec = inputSpecSchema.safeParse(value)
    if (!spec.success) continue
    const { type, options, default: fallback } = spec.data
    if (type === 'choice' && (options === undefined || options.length === 0))
      context.report({
        code: 'document-shape',
        path: ['inputs', name],
        key: true,
        message: `The choice "${name}" has nothing to choose from; list its values under options`,
      })
    else if (fallback !== undefined && fallback !== null) {
      const coerced = coerceInput(spec.data, fallback)
      if ('message' in coerced)
        context.report({
          code: 'input-invalid',
          path: ['inputs', name, 'default'],
          message: `The default of "${name}" ${coerced.message}`,
        })
    }
  }
}
