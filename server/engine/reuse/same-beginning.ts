import { canonicalJson } from '#pipeline/content-hash.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { StoredValue } from '#pipeline/events.ts'
import type { MapState } from '../core/core.ts'
import type { ValueStore } from '../value-store.ts'

/** Whether two stored values are the same, without loading large ones: those have their hash. */
export function areSame(a: StoredValue, b: StoredValue): boolean {
  if ('blob' in a || 'blob' in b) return 'blob' in a && 'blob' in b && a.blob === b.blob
  return canonicalJson(a.value) === canonicalJson(b.value)
}

/** Which body runs of a map have the item they had in an earlier run, by index. */
export async function sameItems(
  past: StoredValue,
  map: Pick<MapState, 'items' | 'first' | 'batch'>,
  values: ValueStore,
): Promise<(index: number) => boolean> {
  const { first, batch } = map
  if (first === 0 && areSame(past, map.items)) return () => true
  const before = (await values.load(past)) as JsonValue[]
  const now = (await values.load(map.items)) as JsonValue[]
  const same = new Map<number, boolean>()
  return (index) => {
    let known = same.get(index)
    if (known === undefined) {
      const from = index * batch
      const offset = first * batch
      known =
        canonicalJson(before.slice(from, from + batch)) ===
        canonicalJson(now.slice(from - offset, from - offset + batch))
      same.set(index, known)
    }
    return known
  }
}
