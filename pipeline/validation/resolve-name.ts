import { parseNeed } from '../edges.ts'
import { globalDocs } from '../expressions/expressions.ts'
import type { TemplateField } from '../templates-of.ts'
import { childOf } from './locate.ts'
import { variablesOf } from './check-steps.ts'
import type { LooseGraph, LooseStep } from './loose-graph.ts'

/** What a name of an expression stands for at its place. */
export type ResolvedName =
  | { kind: 'inputs' | 'run' | 'global' | 'local' }
  | { kind: 'variable'; container: LooseStep }
  | { kind: 'step'; step: LooseStep }
  /** The expression's own step, or the container it is inside of. */
  | { kind: 'self'; step: LooseStep }
  /** A step that does not run before: `reader` is the step of its graph that would need the edge. */
  | { kind: 'not-upstream'; step: LooseStep; reader: LooseStep }
  /** A step whose stream `reader` takes items from: it has not ended then. */
  | { kind: 'unfinished'; step: LooseStep; reader: LooseStep }
  | { kind: 'unknown' }

/** Looks a name up as the engine will: field variables, fixed names, container variables, steps from the inside out. */
export function resolveName(
  name: string,
  reader: LooseStep | null,
  field: TemplateField,
  top: LooseGraph,
): ResolvedName {
  if (field.names.includes(name)) return { kind: 'local' }
  if (name === 'inputs' || name === 'run') return { kind: name }
  if (!reader) {
    const step = top.byId.get(name)
    if (step) return { kind: 'step', step }
    return Object.hasOwn(globalDocs, name) ? { kind: 'global' } : { kind: 'unknown' }
  }
  if (field.lazy && !field.outside) {
    if (childOf(reader.manifest?.container?.variables, name) !== undefined)
      return { kind: 'variable', container: reader }
    const inside = reader.body?.byId.get(name)
    if (inside) return { kind: 'step', step: inside }
  }
  for (let { container } = reader.graph; container; container = container.graph.container)
    if (bindsVariable(container, name)) return { kind: 'variable', container }
  for (let step: LooseStep | null = reader; step; step = step.graph.container) {
    const found = step.graph.byId.get(name)
    if (!found) continue
    if (found.id === step.id) return { kind: 'self', step: found }
    // A catch and a finally see what their try has come to; any of it may be missing.
    if (isHandler(step)) return { kind: 'step', step: found }
    if (isUnfinished(found, step)) return { kind: 'unfinished', step: found, reader: step }
    if (step.graph.upstream.get(step.id)?.has(name)) return { kind: 'step', step: found }
    return { kind: 'not-upstream', step: found, reader: step }
  }
  return Object.hasOwn(globalDocs, name) ? { kind: 'global' } : { kind: 'unknown' }
}

/** Whether a step stands aside in its try: it runs after a failure, or at the end. */
export function isHandler({ manifest }: LooseStep): boolean {
  const kind = manifest?.container?.kind
  return kind === 'catch' || kind === 'finally'
}

/** Whether a step runs before another only as long as it takes to yield: the one edge between them is a stream. */
function isUnfinished(source: LooseStep, reader: LooseStep): boolean {
  const streams = reader.needs.filter(({ text }) => text === `${source.id}.stream`)
  if (streams.length === 0 || !source.manifest?.outputPorts.some(({ name }) => name === 'stream')) return false
  return !reader.needs.some(({ text }) => {
    const from = parseNeed(text)
    if (from.step === source.id) return from.port !== 'stream'
    return reader.graph.upstream.get(from.step)?.has(source.id) ?? false
  })
}

function bindsVariable(container: LooseStep, name: string): boolean {
  if (!container.manifest) return name === 'item' || name === 'index'
  return childOf(container.manifest.container?.variables, name) !== undefined
}

/** Every name that would be found at this place, for suggestions. */
export function visibleNames(reader: LooseStep | null, field: TemplateField, top: LooseGraph): string[] {
  const names = ['inputs', 'run', ...field.names]
  if (!reader) return [...names, ...top.byId.keys()]
  if (field.lazy && !field.outside)
    names.push(...Object.keys(reader.manifest?.container?.variables ?? {}), ...(reader.body?.byId.keys() ?? []))
  names.push(...variablesOf(reader.graph))
  for (let step: LooseStep | null = reader; step; step = step.graph.container)
    names.push(...[...step.graph.byId.keys()].filter((id) => id !== step?.id))
  return names
}
