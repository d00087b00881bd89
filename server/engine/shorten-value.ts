import type { JsonValue } from '#pipeline/document.ts'

/**
 * A smaller value of the same shape to look at: long texts end in `…`, long lists and objects lose their tail, deep
 * parts become null. At most about `budget` characters (2,000) of JSON.
 */
export function shortenValue(value: JsonValue, budget = 2_000): JsonValue {
  return previewValue(value, budget).preview
}

/** The same with the true lengths of what was cut, by dotted path; the first 50 of them. */
export function previewValue(
  value: JsonValue,
  budget = 2_000,
): { preview: JsonValue; lengths: Record<string, number> } {
  let left = budget
  const lengths: Record<string, number> = {}
  let cuts = 0
  const note = (path: string, length: number): void => {
    if (cuts++ < 50) lengths[path] = length
  }
  function shorten(part: JsonValue, depth: number, path: string): JsonValue {
    if (typeof part === 'string') {
      const room = Math.max(40, Math.min(left, 500))
      const text = part.length > room ? `${part.slice(0, room)}…` : part
      if (part.length > room) note(path, part.length)
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
        list.push(shorten(entry, depth - 1, join(path, list.length)))
      }
      if (list.length < part.length) note(path, part.length)
      return list
    }
    const entries: [string, JsonValue][] = []
    for (const [key, entry] of Object.entries(part)) {
      if (left <= 0) break
      left -= key.length + 4
      entries.push([key, shorten(entry, depth - 1, join(path, key))])
    }
    const size = Object.keys(part).length
    if (entries.length < size) note(path, size)
    return Object.fromEntries(entries)
  }
  const preview = shorten(value, 8, '')
  return { preview, lengths }
}

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`)
