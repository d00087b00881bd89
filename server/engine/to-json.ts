import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'

const maxDepth = 500

/**
 * Whatever a step returned as plain JSON, the way JSON.stringify sees it (dates as text, undefined members left out,
 * numbers that are not finite as null). Values that are JSON already are returned as they are. Throws `output-invalid`
 * for circles, functions, big integers and values nested deeper than 500.
 */
export function toJson(value: unknown): JsonValue {
  return convert(value, 0) ?? null
}

function convert(value: unknown, depth: number): JsonValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (value === undefined) return undefined
  if (typeof value !== 'object') {
    throw new OrchestratorError('output-invalid', `a value of the kind ${typeof value} cannot be stored as JSON`)
  }
  if (depth > maxDepth) {
    throw new OrchestratorError('output-invalid', `the value is a circle or nested deeper than ${maxDepth}`)
  }
  return Array.isArray(value) ? convertList(value, depth) : convertObject(value, depth)
}

function convertList(list: unknown[], depth: number): JsonValue[] {
  let copy: JsonValue[] | null = null
  for (let index = 0; index < list.length; index += 1) {
    const entry = convert(list[index], depth + 1) ?? null
    if (!copy && entry !== list[index]) copy = list.slice(0, index) as JsonValue[]
    copy?.push(entry)
  }
  return copy ?? (list as JsonValue[])
}

function convertObject(object: object, depth: number): JsonValue | undefined {
  if ('toJSON' in object && typeof object.toJSON === 'function') return convert(object.toJSON(), depth + 1)
  if (object instanceof Map || object instanceof Set || ArrayBuffer.isView(object)) {
    throw new OrchestratorError('output-invalid', `a ${object.constructor.name} cannot be stored as JSON`)
  }
  const prototype: unknown = Object.getPrototypeOf(object)
  let same = prototype === Object.prototype || prototype === null
  const entries: [string, JsonValue][] = []
  for (const [key, before] of Object.entries(object)) {
    const after = convert(before, depth + 1)
    if (after !== before || after === undefined) same = false
    if (after !== undefined) entries.push([key, after])
  }
  return same ? (object as Record<string, JsonValue>) : Object.fromEntries(entries)
}
