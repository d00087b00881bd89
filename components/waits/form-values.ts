import type { JsonValue } from '#pipeline/document.ts'
import type { FormField } from '#pipeline/wait-details.ts'

/** What a person has typed, by field name. */
export type TypedForm = Record<string, string | boolean>

const asText = (value: JsonValue | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** The text a choice shows and is picked by. */
export const optionText = asText

/** What the form starts with. */
export const initialForm = (fields: readonly FormField[]): TypedForm =>
  Object.fromEntries(
    fields.map((field) => [field.name, field.type === 'boolean' ? field.default === true : asText(field.default)]),
  )

/** Values of the fields' types, or a sentence for each field that does not fit; empty optional fields are left out. */
export function readForm(
  fields: readonly FormField[],
  typed: TypedForm,
): { values: Record<string, JsonValue>; errors: Record<string, string> } {
  const values: Record<string, JsonValue> = {}
  const errors: Record<string, string> = {}
  for (const field of fields) {
    const given = typed[field.name] ?? ''
    if (typeof given === 'boolean') {
      values[field.name] = given
      continue
    }
    if (given.trim() === '') {
      if (field.required !== false) errors[field.name] = 'Please fill this in'
    } else if (field.type === 'number') {
      // People write decimals with a comma in half of the world.
      const number = Number(given.trim().replace(/^(-?\d+),(\d+)$/, '$1.$2'))
      if (Number.isFinite(number)) values[field.name] = number
      else errors[field.name] = `“${given}” is not a number`
    } else if (field.type === 'choice') {
      const chosen = field.options?.find((option) => asText(option) === given)
      if (chosen === undefined) errors[field.name] = 'Pick one of the options'
      else values[field.name] = chosen
    } else values[field.name] = given
  }
  return { values, errors }
}
