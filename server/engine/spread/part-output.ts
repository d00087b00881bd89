import type { JsonValue } from '#pipeline/document.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { StoredValue } from '#pipeline/events.ts'
import type { MapState } from '../core/core.ts'
import { resultsOf } from '../containers/collect-items.ts'
import type { ValueStore } from '../value-store.ts'

/** What a part hands to the run it works for: the output of its only step. */
export interface PartOutput {
  /** A list with a result, or null, for each item; empty when results are not kept. */
  items: StoredValue
  errors: { index: number; error: ErrorInfo }[]
}

/** The output of a part: every item counts for itself, also when all have failed. */
export async function partOutputOf(map: MapState, values: ValueStore): Promise<JsonValue> {
  const items = await values.store(map.keep ? await resultsOf(map, values) : [])
  const errors = map.errors.map(({ index, step, message }) => ({
    index,
    error: { code: 'step-failed' as const, message, step },
  }))
  const output: PartOutput = { items, errors }
  return { ...output } as unknown as JsonValue
}
