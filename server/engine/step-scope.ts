import type { JsonValue } from '#pipeline/document.ts'
import type { StoredValue } from '#pipeline/events.ts'
import { findReferences } from '#pipeline/expressions/expressions.ts'
import { type Frame, isFinal, type MapState, type RunState } from './core/core.ts'
import type { ValueStore } from './value-store.ts'

/** Names an expression sees, with their values. */
export type Names = Record<string, unknown>

const namesByValue = new WeakMap<object, readonly string[]>()

/** Every free name in the texts of a JSON value, each text read as a template and as a bare expression. */
export function referencedNames(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return collectNames(value)
  let names = namesByValue.get(value)
  if (!names) namesByValue.set(value, (names = collectNames(value)))
  return names
}

function collectNames(value: unknown): readonly string[] {
  const names = new Set<string>()
  function visit(part: unknown): void {
    if (typeof part === 'string') {
      // A text without braces may be a condition: too many names do no harm, a missing one would.
      const bare = !part.includes('{{') && !part.includes('{%')
      for (const reference of findReferences(part, { bare })) names.add(reference.name)
    } else if (typeof part === 'object' && part !== null) {
      for (const entry of Object.values(part)) visit(entry)
    }
  }
  visit(value)
  return [...names]
}

/** Where the value of a name is, or `undefined` for a name that means nothing here. */
type Source = { value: unknown } | { stored: StoredValue } | { map: MapState; index: number }

function findSource(state: RunState, runId: string, frame: Frame, name: string): Source | undefined {
  for (let here: Frame | undefined = frame; here; here = here.owner?.node.frame) {
    const step = here.graph.byId.get(name)
    if (step) {
      const node = here.nodes[step.index]!
      return isFinal(node) && node.output ? { stored: node.output } : { value: undefined }
    }
    if (here.owner && name === 'index') return { value: here.owner.index }
    if (here.owner && name === 'item') return { map: here.owner.map, index: here.owner.index }
  }
  if (name === 'inputs') return { value: state.inputs }
  if (name === 'run') return { value: { id: runId, started_at: new Date(state.startedAt).toISOString() } }
  return undefined
}

/** Loads the values of names as a step of this frame sees them; at once unless a big value has to be fetched. */
export function loadNames(
  state: RunState,
  runId: string,
  frame: Frame,
  names: readonly string[],
  values: ValueStore,
): Names | Promise<Names> {
  const scope: Names = {}
  const loading: Promise<void>[] = []
  for (const name of names) {
    const source = findSource(state, runId, frame, name)
    if (!source) continue
    if ('value' in source) {
      scope[name] = source.value
      continue
    }
    const found = 'stored' in source ? values.load(source.stored) : loadItem(source.map, source.index, values)
    if (found instanceof Promise) loading.push(found.then((value) => void (scope[name] = value)))
    else scope[name] = found
  }
  return loading.length === 0 ? scope : Promise.all(loading).then(() => scope)
}

// The list of a container at work stays loaded: fetching it again for every item would cost its length squared.
const itemsByMap = new WeakMap<MapState, JsonValue[] | Promise<JsonValue[]>>()

function loadItem(map: MapState, index: number, values: ValueStore): JsonValue | Promise<JsonValue> {
  let items = itemsByMap.get(map)
  if (!items) {
    const loaded = values.load(map.items) as JsonValue[] | Promise<JsonValue[]>
    items = loaded
    itemsByMap.set(map, loaded)
    if (loaded instanceof Promise) {
      loaded.then(
        (list) => itemsByMap.set(map, list),
        () => itemsByMap.delete(map),
      )
    }
  }
  return items instanceof Promise ? items.then((list) => list[index]!) : items[index]!
}
