import type { JsonValue } from '#pipeline/document.ts'
import type { StoredValue } from '#pipeline/events.ts'
import { findReferences } from '#pipeline/expressions/expressions.ts'
import { loadItem } from './containers/load-item.ts'
import { type Frame, type FrameOwner, isFinal, type RunState } from './core/core.ts'
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
type Source = { value: unknown } | { stored: StoredValue } | { item: Frame }

function findSource(state: RunState, runId: string, frame: Frame, name: string): Source | undefined {
  for (let here: Frame | undefined = frame; here; here = aroundOf(here)) {
    const step = here.graph.byId.get(name)
    if (step) {
      const node = here.nodes[step.index]!
      return isFinal(node) && node.output ? { stored: node.output } : { value: undefined }
    }
    const bound = here.owner && findBound(here, here.owner, name)
    if (bound) return bound
  }
  // A part of a spread map belongs to the run it works for.
  if (name === 'run' && state.part && 'run' in state.part.scope) return { value: state.part.scope['run'] }
  if (name === 'inputs') return { value: frame.scope.inputs }
  if (name === 'run') return { value: { id: runId, started_at: new Date(state.startedAt).toISOString() } }
  if (state.part && Object.hasOwn(state.part.scope, name)) return { value: state.part.scope[name] }
  return undefined
}

/** The frame around one; none around a called pipeline, which knows nothing of its caller. */
function aroundOf({ owner }: Frame): Frame | undefined {
  return owner && owner.node.step.container !== 'call' ? owner.node.frame : undefined
}

/** The names a container binds for its body. */
function findBound(frame: Frame, { node, container, index }: FrameOwner, name: string): Source | undefined {
  switch (container.kind) {
    case 'map':
      if (name === 'index') return { value: index }
      return name === 'item' ? { item: frame } : undefined
    case 'loop':
      if (name === 'index') return { value: index }
      return name === 'state' ? { stored: container.state } : undefined
    case 'catch':
    case 'finally':
      // The try whose body the catch or finally stands in knows what failed.
      return name === 'error' ? { value: node.frame.raised } : undefined
    default:
      return undefined
  }
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
    const found: JsonValue | Promise<JsonValue> =
      'stored' in source ? values.load(source.stored) : loadItem(source.item, values)
    if (found instanceof Promise) loading.push(found.then((value) => void (scope[name] = value)))
    else scope[name] = found
  }
  return loading.length === 0 ? scope : Promise.all(loading).then(() => scope)
}
