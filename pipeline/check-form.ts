import { coerceInput } from './check-inputs.ts'
import type { InputSpec, JsonValue } from './document.ts'
import { didYouMean, nearestName } from './nearest-name.ts'
import type { Problem } from './problem.ts'
import type { FormField } from './wait-details.ts'

/** A calendar day that exists, `2026-02-28`. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

const inputTypeOf = ({ type }: FormField): NonNullable<InputSpec['type']> =>
  type === 'number' || type === 'boolean' || type === 'choice' ? type : 'text'

/**
 * What somebody filled in, read by the types of the fields; defaults stand in for what is empty, null for optional fields
 * without one. Problems name fields as `values.<name>`. The browser and the server use this alike.
 */
export function checkForm(
  fields: readonly FormField[],
  given: Readonly<Record<string, unknown>>,
): { values: Record<string, JsonValue>; problems: Problem[] } {
  const values: Record<string, JsonValue> = {}
  const problems: Problem[] = []
  const report = (code: 'input-missing' | 'input-invalid', name: string, message: string) =>
    problems.push({ code, severity: 'error', field: `values.${name}`, message })
  const names = fields.map(({ name }) => name)
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    report('input-invalid', name, `The form has no field "${name}".${didYouMean(nearestName(name, names))}`)
  }
  for (const field of fields) {
    const { name } = field
    const label = field.label ?? name
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) {
      if (field.default !== undefined) values[name] = field.default
      else if (field.required === false) values[name] = null
      else report('input-missing', name, `"${label}" is required.`)
      continue
    }
    const read = coerceInput({ type: inputTypeOf(field), options: field.options }, value)
    if ('message' in read) report('input-invalid', name, `"${label}" ${read.message}.`)
    else if (field.type === 'date' && !isDay(String(read.value))) {
      report('input-invalid', name, `"${label}" is ${JSON.stringify(value)}; it must be a day such as 2026-11-23.`)
    } else values[name] = read.value
  }
  return { values, problems }
}
