import type { JsonSchema } from './manifest.ts'

/** A schema with the document its `$ref`s point into. */
export interface RootedSchema {
  schema: JsonSchema
  root: JsonSchema
}

/** One way in which a value does not fit a schema; `key` when the key itself is the fault. */
export interface SchemaIssue {
  path: (string | number)[]
  message: string
  key?: boolean
  missing?: boolean
  /** Keys that would be allowed where an unknown one stands. */
  known?: string[]
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Follows `$ref` (into the same document), keys beside it kept; an endless or unknown reference allows anything. */
export function resolveSchema(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current = schema
  for (let hops = 0; typeof current.$ref === 'string'; hops += 1) {
    const { $ref, ...beside } = current
    const target = hops < 20 ? ($ref as string).split('/').slice(1).reduce<unknown>(partOf, root) : undefined
    if (!isMap(target)) return beside
    current = { ...target, ...beside }
  }
  return current
}

function partOf(node: unknown, part: string): unknown {
  const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
  return isMap(node) && Object.hasOwn(node, key) ? node[key] : undefined
}

/** The schema of a property or list entry, or null when the schema says nothing about it. */
export function schemaAt(place: RootedSchema, key: string | number): RootedSchema | null {
  const schema = resolveSchema(place.schema, place.root)
  const within = (child: unknown) => (isMap(child) ? { schema: child as JsonSchema, root: place.root } : null)
  if (typeof key === 'number') return within(schema.items)
  if (isMap(schema.properties) && Object.hasOwn(schema.properties, key)) return within(schema.properties[key])
  if (isMap(schema.additionalProperties)) return within(schema.additionalProperties)
  for (const branch of alternatives(schema)) {
    const found = schemaAt({ schema: branch, root: place.root }, key)
    if (found) return found
  }
  return null
}

/** The branches of `anyOf` or `oneOf`. */
export function alternatives(schema: JsonSchema): JsonSchema[] {
  if (Array.isArray(schema.anyOf)) return schema.anyOf
  return Array.isArray(schema.oneOf) ? (schema.oneOf as JsonSchema[]) : []
}

/**
 * All ways in which a value does not fit a JSON Schema as `z.toJSONSchema` writes it. `accept` may wave a value through
 * whatever its schema (expressions stand for any type).
 */
export function checkSchema(place: RootedSchema, value: unknown, accept: (value: unknown) => boolean): SchemaIssue[] {
  return check(place.schema, value, [], { root: place.root, accept })
}

interface Checking {
  root: JsonSchema
  accept: (value: unknown) => boolean
}

function check(given: JsonSchema, value: unknown, path: (string | number)[], checking: Checking): SchemaIssue[] {
  if (checking.accept(value)) return []
  const schema = resolveSchema(given, checking.root)
  const fail = (message: string): SchemaIssue[] => [{ path, message }]
  if (schema.const !== undefined && !equals(schema.const, value)) return fail(`must be ${JSON.stringify(schema.const)}`)
  if (Array.isArray(schema.enum) && !schema.enum.some((option) => equals(option, value)))
    return fail(`must be one of ${schema.enum.map(String).join(', ')}`)
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type
  if (Array.isArray(types) && !types.some((type) => hasType(type, value)))
    return fail(`must be ${types.map(typeWord).join(' or ')}`)
  return [
    ...checkAlternatives(schema, value, path, checking),
    ...(Array.isArray(schema.allOf) ? (schema.allOf as JsonSchema[]) : []).flatMap((part) =>
      check(part, value, path, checking),
    ),
    ...(typeof value === 'string' ? textIssues(schema, value).flatMap(fail) : []),
    ...(typeof value === 'number' ? numberIssues(schema, value).flatMap(fail) : []),
    ...(Array.isArray(value) ? checkList(schema, value, path, checking) : []),
    ...(isMap(value) ? checkMap(schema, value, path, checking) : []),
  ]
}

function checkAlternatives(
  schema: JsonSchema,
  value: unknown,
  path: (string | number)[],
  checking: Checking,
): SchemaIssue[] {
  const branches = alternatives(schema)
  if (branches.length === 0) return []
  let deepest: SchemaIssue[] = []
  for (const branch of branches) {
    const issues = check(branch, value, path, checking)
    if (issues.length === 0) return []
    // The branch that got furthest inside the value is the one that was meant.
    const inside = issues.some((issue) => issue.path.length > path.length || issue.missing)
    if (inside && (deepest.length === 0 || issues.length < deepest.length)) deepest = issues
  }
  if (deepest.length > 0) return deepest
  const words = [...new Set(branches.map((branch) => schemaWord(branch, checking.root)))]
  return [{ path, message: `must be ${words.join(' or ')}` }]
}

function checkList(schema: JsonSchema, list: unknown[], path: (string | number)[], checking: Checking): SchemaIssue[] {
  const { minItems, maxItems } = schema
  const first = Array.isArray(schema.prefixItems) ? (schema.prefixItems as JsonSchema[]) : []
  return [
    ...(typeof minItems === 'number' && list.length < minItems
      ? [{ path, message: `must have at least ${minItems} ${minItems === 1 ? 'entry' : 'entries'}` }]
      : []),
    ...(typeof maxItems === 'number' && list.length > maxItems
      ? [{ path, message: `must have at most ${maxItems} entries` }]
      : []),
    ...list.flatMap((item, index) => {
      const itemSchema = first[index] ?? schema.items
      return isMap(itemSchema) ? check(itemSchema as JsonSchema, item, [...path, index], checking) : []
    }),
  ]
}

function checkMap(
  schema: JsonSchema,
  map: Record<string, unknown>,
  path: (string | number)[],
  checking: Checking,
): SchemaIssue[] {
  const properties = isMap(schema.properties) ? (schema.properties as Record<string, JsonSchema>) : {}
  const issues: SchemaIssue[] = []
  for (const name of Array.isArray(schema.required) ? schema.required : [])
    if (map[name] === undefined || !Object.hasOwn(map, name)) {
      const about = resolveSchema(properties[name] ?? {}, checking.root).description
      issues.push({ path: [...path, name], message: `is missing${about ? `: ${about}` : ''}`, missing: true })
    }
  for (const [name, value] of Object.entries(map)) {
    if (value === undefined) continue
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (property) issues.push(...check(property, value, [...path, name], checking))
    else if (schema.additionalProperties === false)
      issues.push({ path: [...path, name], message: 'is not a setting', key: true, known: Object.keys(properties) })
    else if (isMap(schema.additionalProperties))
      issues.push(...check(schema.additionalProperties as JsonSchema, value, [...path, name], checking))
  }
  return issues
}

function textIssues(schema: JsonSchema, value: string): string[] {
  const { minLength, maxLength, pattern } = schema
  if (typeof minLength === 'number' && value.length < minLength)
    return [minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters`]
  if (typeof maxLength === 'number' && value.length > maxLength) return [`must have at most ${maxLength} characters`]
  if (typeof pattern === 'string' && !matches(pattern, value))
    return [schema.description ? `has the wrong form: ${schema.description}` : `must match ${pattern}`]
  return []
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value)
  } catch {
    return true
  }
}

function numberIssues(schema: JsonSchema, value: number): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  if (typeof minimum === 'number' && value < minimum) return [`must be at least ${minimum}`]
  if (typeof maximum === 'number' && value > maximum) return [`must be at most ${maximum}`]
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return [`must be over ${exclusiveMinimum}`]
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) return [`must be under ${exclusiveMaximum}`]
  if (typeof multipleOf === 'number' && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9)
    return [`must be a multiple of ${multipleOf}`]
  return []
}

function hasType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isMap(value)
  return type === 'integer' ? Number.isInteger(value) : typeof value === type
}

const typeWords: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'empty',
}

/** A JSON Schema type in plain words: `a list`. */
export function typeWord(type: string): string {
  return typeWords[type] ?? type
}

function schemaWord(given: JsonSchema, root: JsonSchema): string {
  const schema = resolveSchema(given, root)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map(String).join(', ')
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  return types.length > 0 ? types.map(typeWord).join(' or ') : 'another value'
}

function equals(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}

/** The JSON types a schema allows, or null when it does not say. */
export function typesOf(place: RootedSchema, depth = 0): Set<string> | null {
  const schema = resolveSchema(place.schema, place.root)
  if (schema.const !== undefined) return new Set([typeOfValue(schema.const)])
  if (Array.isArray(schema.enum)) return new Set(schema.enum.map(typeOfValue))
  if (schema.type !== undefined) {
    const types = typeof schema.type === 'string' ? [schema.type] : schema.type
    return new Set(types.map((type) => (type === 'integer' ? 'number' : type)))
  }
  const branches = alternatives(schema)
  if (branches.length === 0 || depth > 10) return null
  const all = new Set<string>()
  for (const branch of branches) {
    const types = typesOf({ schema: branch, root: place.root }, depth + 1)
    if (!types) return null
    for (const type of types) all.add(type)
  }
  return all
}

function typeOfValue(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** Why no value of one schema can fit another, or null when some can (or one does not say). */
export function describeMismatch(source: RootedSchema, target: RootedSchema, depth = 0): string | null {
  const given = typesOf(source)
  const wanted = typesOf(target)
  if (!given || !wanted || depth > 10) return null
  const shared = [...given].filter((type) => wanted.has(type))
  if (shared.length === 0)
    return `${depth > 0 ? 'its entries are' : 'it is'} ${words(given)}, and ${words(wanted)} is wanted`
  if (shared.length === 1 && shared[0] === 'array' && given.size === 1) {
    const left = schemaAt(source, 0)
    const right = schemaAt(target, 0)
    return left && right ? describeMismatch(left, right, depth + 1) : null
  }
  return null
}

function words(types: ReadonlySet<string>): string {
  return [...types].map(typeWord).join(' or ')
}
