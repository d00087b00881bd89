import type { JsonValue } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StoredValue } from '#pipeline/events.ts'
import type { MapState } from '../core/core.ts'
import type { ValueStore } from '../value-store.ts'

/** The output of a map whose items have all finished. Throws `step-failed` when every one failed. */
export async function collectItems(map: MapState, values: ValueStore): Promise<JsonValue> {
  const { finished, failed, itemErrors } = map
  if (finished > 0 && failed === finished) throw everyItemFailed(map)
  const errors = map.errors.toSorted((a, b) => a.index - b.index).map((error) => ({ ...error }))
  const results = map.keep ? await resultsOf(map, values) : []
  const dropped = itemErrors === 'drop' ? new Set(map.errors.map(({ index }) => index - map.first)) : null
  const items = dropped ? results.filter((_, index) => !dropped.has(index)) : results
  return { items, errors: itemErrors === 'drop' ? [] : errors, failed, count: finished }
}

/** Every result of a map by index, null for items that failed. */
export async function resultsOf(map: MapState, values: ValueStore): Promise<JsonValue[]> {
  if (map.parts) {
    const parts = [...map.parts.done].sort(([left], [right]) => left - right)
    const lists: JsonValue[] = []
    for (const [, { outputs }] of parts)
      for (const value of (await values.load(outputs)) as JsonValue[]) lists.push(value)
    return lists
  }
  const items: JsonValue[] = []
  for (const stored of map.outputs) {
    const value: JsonValue | Promise<JsonValue> | null = stored && loadOutput(stored, values)
    items.push(value instanceof Promise ? await value : value)
  }
  return items
}

const loadOutput = (stored: StoredValue, values: ValueStore): JsonValue | Promise<JsonValue> => values.load(stored)

function everyItemFailed({ finished, failed, errors }: MapState): OrchestratorError {
  const first = errors.reduce((least, error) => (error.index < least.index ? error : least))
  const all = finished === 1 ? 'the only item' : `all ${finished} items`
  return new OrchestratorError('step-failed', `${all} failed; item ${first.index}: ${first.message}`, {
    details: { failed, first: { ...first } },
  })
}
