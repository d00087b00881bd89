import type { JsonSchema } from '../manifest.ts'
import type { Reference } from '../expressions/expressions.ts'
import { parseTemplate, findReferences } from '../expressions/expressions.ts'
import { type RootedSchema, resolveSchema, schemaAt } from '../json-schema.ts'
import { templatesOf, type TemplateField } from '../templates-of.ts'
import { childOf } from './locate.ts'
import type { LooseGraph, LooseStep } from './loose-graph.ts'
import { isHandler, resolveName } from './resolve-name.ts'

/** What a path of an expression leads to: the declared type, nothing declared, or a field that cannot exist. */
export type FollowedPath =
  | { kind: 'known'; place: RootedSchema }
  | { kind: 'open' }
  | { kind: 'no-field'; field: string; known: string[] }

const rooted = (schema: JsonSchema): RootedSchema => ({ schema, root: schema })

const inputSchemas: Record<string, JsonSchema> = {
  text: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  file: { type: 'string' },
  list: { type: 'array' },
}

/** Follows a reference through declared types: outputs of steps, types of inputs, items of containers. */
export function followReference(
  reference: Reference,
  reader: LooseStep | null,
  field: TemplateField,
  top: LooseGraph,
  document: unknown,
  depth = 0,
): FollowedPath {
  const resolved = resolveName(reference.name, reader, field, top)
  if (resolved.kind === 'inputs') {
    const [name, ...rest] = reference.path
    const spec = typeof name === 'string' ? childOf(childOf(document, 'inputs'), name) : undefined
    const type = childOf(spec, 'type') ?? 'text'
    const schema = spec !== undefined && typeof type === 'string' ? childOf(inputSchemas, type) : undefined
    return schema === undefined ? { kind: 'open' } : walk(rooted(schema as JsonSchema), rest)
  }
  if (resolved.kind === 'variable') {
    const declared = childOf(resolved.container.manifest?.container?.variables, reference.name) as
      | JsonSchema
      | undefined
    const start =
      reference.name === 'item' ? itemSchema(resolved.container, top, document, depth) : declared && rooted(declared)
    return start ? walk(start, reference.path) : { kind: 'open' }
  }
  if (resolved.kind !== 'step') return { kind: 'open' }
  const { step } = resolved
  // What a catch or finally reads may not have come to be.
  for (let around = reader; around && around.graph !== step.graph; around = around.graph.container)
    if (isHandler(around)) return { kind: 'open' }
  // A failure that is handled, or a step that is switched off, gives another value than the type declares.
  if (!step.manifest?.output || step.raw.on_error === 'continue' || step.raw.on_error === 'port')
    return { kind: 'open' }
  if (step.raw.disabled === true) return { kind: 'open' }
  return walk(rooted(step.manifest.output), reference.path)
}

/** The type of a container's items, from the list its settings name. */
function itemSchema(container: LooseStep, top: LooseGraph, document: unknown, depth: number): RootedSchema | null {
  // With a batch size it is a list of them.
  if (container.settings.batch_size !== undefined) return null
  const field = templatesOf({ with: container.settings }, container.manifest).find(
    ({ path }) => path.length === 2 && path[1] === 'items',
  )
  const reference = field && depth < 10 ? loneReference(field) : null
  if (!field || !reference) return null
  const followed = followReference(reference, container, field, top, document, depth + 1)
  return followed.kind === 'known' ? schemaAt(followed.place, 0) : null
}

/** The reference a text consists of, when it is nothing but `{{ load.rows }}`. */
export function loneReference(field: TemplateField): Reference | null {
  if (field.bare) return null
  const { lone, errors } = parseTemplate(field.text)
  if (!lone || errors.length > 0) return null
  if (lone.kind !== 'name' && lone.kind !== 'attribute' && lone.kind !== 'index') return null
  const references = findReferences(field.text)
  const [reference] = references
  return references.length === 1 && reference && reference.start === lone.start && reference.end === lone.end
    ? reference
    : null
}

function walk(start: RootedSchema, path: readonly (string | number)[]): FollowedPath {
  let place = start
  for (const part of path) {
    const schema = resolveSchema(place.schema, place.root)
    const next = schemaAt(place, part)
    if (next) {
      place = next
      continue
    }
    const closed = schema.type === 'object' && schema.additionalProperties === false && typeof part === 'string'
    // Maps have methods too: `{{ load.items() }}`.
    if (closed && !['items', 'keys', 'values', 'get'].includes(part))
      return { kind: 'no-field', field: part, known: Object.keys(schema.properties ?? {}) }
    return { kind: 'open' }
  }
  return { kind: 'known', place }
}
