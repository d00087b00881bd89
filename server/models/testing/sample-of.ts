import type { JsonValue } from '#pipeline/document.ts'
import type { JsonSchema } from '#pipeline/manifest.ts'

/** A small value that fits a JSON Schema of the usual kind. */
export function sampleOf(schema: JsonSchema): JsonValue {
  if (schema.enum?.[0] !== undefined) return schema.enum[0]
  if (schema.anyOf?.[0]) return sampleOf(schema.anyOf[0])
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, part]) => [name, sampleOf(part)]))
    case 'array':
      return schema.items ? [sampleOf(schema.items)] : []
    case 'number':
    case 'integer':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return 'sample'
  }
}
