import type { JsonValue } from '#pipeline/document.ts'

/**
 * A smaller value of the same shape to look at: long texts end in `…`, long lists and objects lose their tail, deep
 * parts become null. At most about `budget` characters (2,000) of JSON.
 */
export function shortenValue(value: JsonValue, budget = 2_000): JsonValue {
  let left = budget
  function shorten(part: JsonValue, depth: number): JsonValue {
    if (typeof part === 'string') {
      const room = Math.max(40, Math.min(left, 500))
      const text = part.length > room ? `${part.slice(0, room)}…` : part
      left -= text.length + 2
      return text
    }
    if (typeof part !== 'object' || part === null) {
      left -= 5
      return part
    }
    if (depth === 0) return null
    if (Array.isArray(part)) {
      const list: JsonValue[] = []
      for (const entry of part) {
        if (left <= 0) break
        list.push(shorten(entry, depth - 1))
      }
      return list
    }
    const entries: [string, JsonValue][] = []
    for (const [key, entry] of Object.entries(part)) {
      if (left <= 0) break
      left -= key.length + 4
      entries.push([key, shorten(entry, depth - 1)])
    }
    return Object.fromEntries(entries)
  }
  return shorten(value, 8)
}
