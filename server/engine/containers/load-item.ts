import type { JsonValue } from '#pipeline/document.ts'
import type { StoredValue } from '#pipeline/events.ts'
import { type Frame, itemSlices } from '../core/core.ts'
import type { ValueStore } from '../value-store.ts'

// A list at work stays loaded as long as something refers to it: fetching it again for every item would cost its length
// squared. Of a stream the chunks are let go with the state that holds them.
const lists = new WeakMap<StoredValue, JsonValue[] | Promise<JsonValue[]>>()

/** What `item` is in a body run of a map: one entry of its list, or with a batch size a list of them. */
export function loadItem(frame: Frame, values: ValueStore): JsonValue | Promise<JsonValue> {
  const { container } = frame.owner!
  const slices = itemSlices(frame)
  const parts: (JsonValue[] | Promise<JsonValue[]>)[] = []
  for (const { items, from, count } of slices) {
    const list = loadList(items, values, frame.owner!.slices !== null)
    parts.push(
      list instanceof Promise ? list.then((all) => all.slice(from, from + count)) : list.slice(from, from + count),
    )
  }
  const isList = container.kind === 'map' && container.batch > 1
  const itemOf = (loaded: JsonValue[][]): JsonValue => (isList ? loaded.flat() : (loaded[0]?.[0] ?? null))
  return parts.some((part) => part instanceof Promise)
    ? Promise.all(parts.map(async (part) => part)).then(itemOf)
    : itemOf(parts as JsonValue[][])
}

/** The items of a stored list are at hand: they need not be fetched as long as something refers to it. */
export function keepList(stored: StoredValue, items: JsonValue[]): void {
  lists.set(stored, items)
}

function loadList(stored: StoredValue, values: ValueStore, once: boolean): JsonValue[] | Promise<JsonValue[]> {
  const known = lists.get(stored)
  if (known) return known
  const loaded = values.load(stored, { once }) as JsonValue[] | Promise<JsonValue[]>
  lists.set(stored, loaded)
  if (loaded instanceof Promise) {
    loaded.then(
      (list) => lists.set(stored, list),
      () => lists.delete(stored),
    )
  }
  return loaded
}
