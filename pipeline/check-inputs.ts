import type { InputSpec, JsonValue, PipelineDocument } from './document.ts'
import { didYouMean, nearestName } from './nearest-name.ts'
import type { Problem } from './problem.ts'

/** An input as its type reads it, or a message that says what would work. */
export type CoercedInput = { value: JsonValue } | { message: string }

/** Whether a run must be given this input. */
export function isRequiredInput(spec: InputSpec): boolean {
  return spec.required !== false && spec.default === undefined
}

/**
 * The values a run starts with: given ones read by their type (texts of a form or a command line included), defaults
 * for the rest, null for optional ones without. Problems name inputs as `inputs.<name>`.
 */
export function resolveInputs(
  document: Pick<PipelineDocument, 'inputs'>,
  given: Readonly<Record<string, unknown>>,
): { values: Record<string, JsonValue>; problems: Problem[] } {
  const specs = document.inputs ?? {}
  const problems: Problem[] = []
  const values: Record<string, JsonValue> = {}
  const report = (code: 'input-missing' | 'input-invalid', name: string, message: string) =>
    problems.push({ code, severity: 'error', field: `inputs.${name}`, message })
  for (const name of Object.keys(given))
    if (!Object.hasOwn(specs, name))
      report(
        'input-invalid',
        name,
        `The pipeline has no input "${name}".${didYouMean(nearestName(name, Object.keys(specs)))}`,
      )
  for (const [name, spec] of Object.entries(specs)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (isAbsent(value, spec)) {
      if (isRequiredInput(spec))
        report(
          'input-missing',
          name,
          `The input "${name}" is required${spec.description ? `: ${spec.description}` : ''}`,
        )
      else values[name] = spec.default ?? null
      continue
    }
    const coerced = coerceInput(spec, value)
    if ('message' in coerced) report('input-invalid', name, `The input "${name}" ${coerced.message}`)
    else values[name] = coerced.value
  }
  return { values, problems }
}

// An empty form field is no value, except for text, where it may be meant.
function isAbsent(value: unknown, spec: InputSpec): boolean {
  if (value === undefined || value === null) return true
  return value === '' && (spec.type ?? 'text') !== 'text'
}

/** Reads one value by an input's type: `"3"` is 3 for a number, `"[1]"` a list, `"yes"` true. */
export function coerceInput(spec: Pick<InputSpec, 'type' | 'options'>, value: unknown): CoercedInput {
  switch (spec.type ?? 'text') {
    case 'text':
      if (typeof value === 'string') return { value }
      if (typeof value === 'number' || typeof value === 'boolean') return { value: String(value) }
      return { message: `is ${brief(value)}; it must be text` }
    case 'file':
      if (typeof value === 'string' && value !== '') return { value }
      return { message: `is ${brief(value)}; it must be the path of a file` }
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number === 'number' && Number.isFinite(number)) return { value: number }
      return { message: `is ${brief(value)}; it must be a number` }
    }
    case 'boolean':
      return coerceBoolean(value)
    case 'json':
      return typeof value === 'string' ? parseJson(value) : toJson(value)
    case 'list': {
      const list = typeof value === 'string' && value.trim().startsWith('[') ? parseJson(value) : toJson(value)
      if ('message' in list || Array.isArray(list.value)) return list
      return { message: `is ${brief(value)}; it must be a list such as ["a", "b"]` }
    }
    case 'choice':
      return coerceChoice(spec.options ?? [], value)
    default:
      return { message: `has the unknown type ${brief(spec.type)}` }
  }
}

function coerceBoolean(value: unknown): CoercedInput {
  const text = String(value).trim().toLowerCase()
  if (['true', 'yes', 'on', '1'].includes(text)) return { value: true }
  if (['false', 'no', 'off', '0'].includes(text)) return { value: false }
  return { message: `is ${brief(value)}; it must be true or false` }
}

function coerceChoice(options: readonly JsonValue[], value: unknown): CoercedInput {
  const exact = options.findIndex((option) => JSON.stringify(option) === JSON.stringify(value))
  const index = exact >= 0 ? exact : options.findIndex((option) => String(option) === value)
  if (index >= 0) return { value: options[index] as JsonValue }
  return { message: `is ${brief(value)}; it must be one of ${options.map((option) => String(option)).join(', ')}` }
}

function parseJson(text: string): CoercedInput {
  try {
    return { value: JSON.parse(text) as JsonValue }
  } catch (error) {
    return { message: `is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function toJson(value: unknown): CoercedInput {
  try {
    const text = JSON.stringify(value)
    if (text !== undefined) return { value: JSON.parse(text) as JsonValue }
  } catch {
    // Circles and big integers have no JSON; the message below says so.
  }
  return { message: `is ${typeof value}, which JSON cannot hold` }
}

function brief(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a map'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
