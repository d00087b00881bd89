const maxEntries = 2_000
const maxCharacters = 4_000_000

/**
 * A bounded cache by text. Two generations: when the young one is full it becomes the old one, and what is read from
 * the old one is moved back; so a hit costs one map read, cheaper than keeping an exact order of use.
 */
export function createTextCache<Value>(): (text: string, make: () => Value) => Value {
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()
  let characters = 0
  return (text, make) => {
    const hit = young.get(text)
    if (hit !== undefined) return hit
    const value = old.get(text) ?? make()
    if (young.size >= maxEntries || characters + text.length > maxCharacters) {
      old = young
      young = new Map()
      characters = 0
    }
    young.set(text, value)
    characters += text.length
    return value
  }
}
