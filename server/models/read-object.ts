import { z } from 'zod'
import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { JsonSchema } from '#pipeline/manifest.ts'

/** Models of servers that ignore the schema like to wrap JSON in a Markdown fence or a sentence. */
function findJson(text: string): string {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(text)
  if (fenced?.[1]) return fenced[1]
  const start = text.search(/[[{]/)
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  return start >= 0 && end > start ? text.slice(start, end + 1) : text
}

function parse(text: string): { value: JsonValue } | undefined {
  for (const candidate of [text, findJson(text)]) {
    try {
      return { value: JSON.parse(candidate) as JsonValue }
    } catch {
      // Tried as it is first, then without what is around it.
    }
  }
  return undefined
}

const excerpt = (text: string) => (text.length > 300 ? `${text.slice(0, 300)} ...` : text)

/** A validator for a JSON Schema; throws `invalid-config` on one that cannot be read. */
export function compileSchema(schema: JsonSchema): z.ZodType {
  try {
    return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OrchestratorError('invalid-config', `The schema cannot be used: ${reason}`, {
      field: 'with.schema',
      fix: 'Write a JSON Schema such as { "type": "object", "properties": { "title": { "type": "string" } } }.',
      retryable: false,
      cause,
    })
  }
}

/** The object in a model's answer, checked against the schema; throws `model-failed` (worth a retry) saying what does not fit. */
export function readObject(
  text: string,
  schema: JsonSchema,
  { model, wasCut }: { model: string; wasCut: boolean },
): JsonValue {
  const fail = (message: string, fix: string, cause?: unknown) =>
    new OrchestratorError('model-failed', message, { fix, cause, details: { model, answer: excerpt(text) } })
  if (wasCut) {
    throw fail(`The answer of ${model} was cut off at its maximum length`, 'Raise the maximum number of output tokens.')
  }
  const parsed = parse(text)
  if (!parsed) throw fail(`${model} did not answer with JSON`, 'Try again, or pick a model with structured output.')
  const checked = compileSchema(schema).safeParse(parsed.value)
  if (checked.success) return parsed.value
  const issue = checked.error.issues[0]
  const path = issue?.path.join('.')
  throw fail(
    `The answer of ${model} does not fit the schema: ${path ? `${path}: ` : ''}${issue?.message ?? 'unknown reason'}`,
    'Try again, make the schema simpler, or pick a stronger model.',
    checked.error,
  )
}
