import type { RunPart } from '#db/schema/runs.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import { partState, type Plan, type RunState } from '../core/core.ts'
import type { ValueStore } from '../value-store.ts'

/** The state of a run that carries out a part, before its first event. */
export async function openPart(
  plan: Plan,
  part: RunPart,
  inputs: Record<string, JsonValue>,
  values: ValueStore,
): Promise<RunState> {
  const scope = (await values.load(part.scope as StoredValue)) as Record<string, JsonValue>
  return partState(plan, { path: part.path, from: part.from, scope, inputs })
}

/** What sets the only step of a part to work: its items are given. */
export function expandPart({ path, items, count, concurrency, itemErrors, keep }: RunPart): RunEvent {
  return {
    type: 'map-expanded',
    path,
    items: items as StoredValue,
    count,
    concurrency,
    ...(itemErrors === 'collect' ? {} : { itemErrors }),
    ...(keep ? {} : { keep }),
  }
}
