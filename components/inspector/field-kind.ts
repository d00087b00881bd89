import type { JsonValue } from '#pipeline/document.ts'
import type { FieldControl, JsonSchema } from '#pipeline/manifest.ts'

/** The control a field is drawn with: what the step type asked for, else what its JSON Schema suggests. */
export function controlOf(schema: JsonSchema): FieldControl {
  // A list of small objects is drawn field by field, whatever list it was asked for as.
  if (schema.control === 'list' && schema.items?.properties) return 'cases'
  if (schema.control) return schema.control
  if (optionsOf(schema).length > 0) return 'select'
  switch (schema.type) {
    case 'boolean':
      return 'toggle'
    case 'number':
    case 'integer':
      return 'number'
    case 'array':
      return schema.items?.properties ? 'cases' : 'list'
    case 'object':
      return schema.properties ? 'json' : 'key-value'
    case 'string':
      return 'text'
    default:
      return 'expression'
  }
}

/** The values of an enum or of a union of constants, as texts; empty when it is neither. */
export function optionsOf(schema: JsonSchema): string[] {
  if (schema.enum) return schema.enum.map(String)
  const constants = (schema.anyOf ?? []).map((option) => option.const)
  return constants.length > 0 && constants.every((constant) => typeof constant === 'string')
    ? (constants as string[])
    : []
}

/** Whether a stored value is an expression rather than a value of the field's own type. */
export const isExpression = (value: unknown): value is string => typeof value === 'string' && /\{\{|\{%/.test(value)

/** `maxTokens` and `max_tokens` become "Max tokens", for fields without a title. */
export function titleOf(name: string, schema: JsonSchema): string {
  if (schema.title) return schema.title
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/**
 * What a text typed into a field of one expression is stored as: JSON where it can only be meant as such (a list, an
 * object, a number), else the text.
 */
export function valueOfExpressionText(text: string): JsonValue | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  if (!/^(?:[[{]|-?\d|true$|false$|null$)/.test(trimmed)) return text
  try {
    return JSON.parse(trimmed) as JsonValue
  } catch {
    return text
  }
}

/** Whether a value takes several lines to read: a list or object that is not empty. */
export const isStructured = (value: JsonValue | undefined): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0

/** A stored value as the text of its field; what is not text is shown as JSON. */
export const textOfValue = (value: JsonValue | undefined): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'string'
      ? value
      : JSON.stringify(value, null, isStructured(value) ? 2 : undefined)

/** `at_least_one` as "At least one"; names in capitals (`GET`) stay as they are. */
export function sentenceOf(option: string): string {
  if (/^[A-Z0-9_]+$/.test(option)) return option
  const words = option.replaceAll('_', ' ').replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
