import type { InputSpec, JsonValue } from '#pipeline/document.ts'

/** What a person has typed, by input name; texts are kept as typed so that a half-written number is not lost. */
export type TypedInputs = Record<string, string | boolean>

const asText = (value: JsonValue | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2)

/** What the form starts with: the last values, else the defaults. */
export function initialInputs(specs: Readonly<Record<string, InputSpec>>, last: Record<string, unknown>): TypedInputs {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const value = (name in last ? last[name] : spec.default) as JsonValue | undefined
      return [name, spec.type === 'boolean' ? value === true : asText(value)]
    }),
  )
}

export type ParsedInputs = { values: Record<string, JsonValue>; errors: Record<string, string> }

/** Typed texts as values of the inputs' types; errors are sentences by input name. Empty optional inputs are left out. */
export function parseInputs(specs: Readonly<Record<string, InputSpec>>, typed: TypedInputs): ParsedInputs {
  const values: Record<string, JsonValue> = {}
  const errors: Record<string, string> = {}
  for (const [name, spec] of Object.entries(specs)) {
    const given = typed[name] ?? ''
    if (typeof given === 'boolean') {
      values[name] = given
      continue
    }
    if (given.trim() === '') {
      // An input with a default is filled in by the server; text may well be empty on purpose.
      if (spec.default !== undefined && spec.type !== 'text') continue
      if (spec.required !== false && spec.default === undefined) errors[name] = 'Needed for this run'
      else if (spec.type === 'text') values[name] = ''
      continue
    }
    const parsed = parseOne(spec, given)
    if ('error' in parsed) errors[name] = parsed.error
    else values[name] = parsed.value
  }
  return { values, errors }
}

function parseOne(spec: InputSpec, text: string): { value: JsonValue } | { error: string } {
  switch (spec.type) {
    case 'number': {
      const number = Number(text)
      return Number.isFinite(number) ? { value: number } : { error: `“${text}” is not a number` }
    }
    case 'json':
    case 'list': {
      try {
        const value = JSON.parse(text) as JsonValue
        if (spec.type === 'list' && !Array.isArray(value)) return { error: 'A list is needed, such as ["a", "b"]' }
        return { value }
      } catch (error) {
        // One item a line is how people write lists.
        if (spec.type === 'list' && !/^\s*\[/.test(text)) {
          return {
            value: text
              .split('\n')
              .map((line) => line.trim())
              .filter(Boolean),
          }
        }
        return { error: `Not valid JSON: ${error instanceof Error ? error.message : 'unreadable'}` }
      }
    }
    case 'choice':
      return { value: spec.options?.find((option) => asText(option) === text) ?? text }
    default:
      return { value: text }
  }
}
