import { OrchestratorError } from './errors.ts'
import { valueAt } from './value-path.ts'

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Any value as text: itself when it is one, empty for nothing, numbers as written, the rest as JSON. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null || value === undefined ? '' : JSON.stringify(value)
}

/**
 * The text of one item of a list: the value at `field` (`title` or `author.name`), or without a field the item itself,
 * or all values of an object that are texts, one per line. Throws `invalid-config` when no such field is there.
 */
export function readItemText(item: unknown, field?: string): string {
  if (!field) {
    if (!isPlainObject(item)) return toText(item)
    const texts = Object.values(item).filter((value) => typeof value === 'string')
    return texts.length > 0 ? texts.join('\n') : toText(item)
  }
  const value = valueAt(item, field)
  if (value !== undefined) return toText(value)
  const known = isPlainObject(item) ? Object.keys(item).join(', ') : 'none, it is not an object'
  throw new OrchestratorError('invalid-config', `An item has no field "${field}"`, {
    field: 'with.field',
    fix: `Its fields are: ${known || 'none'}.`,
    retryable: false,
  })
}

/** The item with results beside its own fields; anything but an object becomes `{ text }` first. */
export function addToItem<Result extends object>(item: unknown, result: Result): Record<string, unknown> & Result {
  return isPlainObject(item) ? { ...item, ...result } : { text: item, ...result }
}
