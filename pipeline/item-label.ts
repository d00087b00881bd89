const tellingKeys = [
  'name',
  'title',
  'label',
  'subject',
  'id',
  'key',
  'email',
  'url',
  'path',
  'file',
  'text',
  'question',
]
const mostCharacters = 60

/** A few words that tell one item of a list from another: its text, or what it calls itself; undefined when nothing does. */
export function itemLabel(item: unknown): string | undefined {
  if (typeof item === 'string') return shortLine(item)
  if (typeof item === 'number' || typeof item === 'boolean') return String(item)
  if (Array.isArray(item)) return `${item.length} ${item.length === 1 ? 'item' : 'items'}`
  if (typeof item !== 'object' || item === null) return undefined
  for (const key of tellingKeys) {
    const entry = Object.entries(item).find(([name, value]) => name.toLowerCase() === key && isPlain(value))
    if (entry) return shortLine(String(entry[1]))
  }
  const first = Object.values(item).find(isPlain)
  return first === undefined ? undefined : shortLine(String(first))
}

const isPlain = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')

function shortLine(text: string): string | undefined {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  if (line === '') return undefined
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters - 1).trimEnd()}…` : line
}
