import { stepIdPattern } from '../document.ts'
import type { Step } from '../document.ts'
import { findCycles, upstreamSets } from '../graph.ts'
import type { StepManifest } from '../manifest.ts'
import type { NodePath } from '../node-path.ts'
import { childOf } from './locate.ts'

/** A step as far as it can be read: ill-formed parts are left out here and reported by checkShape. */
export interface LooseStep {
  id: string
  type: string | undefined
  manifest: StepManifest | undefined
  /** As people write it, `each.mood`. */
  stepPath: string
  path: NodePath
  raw: Record<string, unknown>
  /** Entries of `needs` with their place there. */
  needs: { text: string; index: number }[]
  settings: Record<string, unknown>
  /** For ports: settings and error policy in the form ports.ts reads. */
  step: Pick<Step, 'with' | 'on_error'>
  graph: LooseGraph
  body: LooseGraph | null
}

/** One graph: the pipeline itself or a container's body. With duplicate ids `byId` has the first. */
export interface LooseGraph {
  steps: LooseStep[]
  byId: Map<string, LooseStep>
  container: LooseStep | null
  cycles: string[][]
  upstream: Map<string, Set<string>>
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads a graph and its nested graphs out of any value. */
export function readGraph(
  owner: unknown,
  manifests: ReadonlyMap<string, StepManifest>,
  path: NodePath = [],
  container: LooseStep | null = null,
): LooseGraph {
  const list = childOf(owner, 'steps')
  const graph: LooseGraph = { steps: [], byId: new Map(), container, cycles: [], upstream: new Map() }
  for (const [index, raw] of (Array.isArray(list) ? (list as unknown[]) : []).entries()) {
    if (!isMap(raw) || typeof raw.id !== 'string' || !stepIdPattern.test(raw.id)) continue
    const step = readStep(raw, raw.id, [...path, 'steps', index], graph, manifests)
    graph.steps.push(step)
    if (!graph.byId.has(step.id)) graph.byId.set(step.id, step)
  }
  const plain = graph.steps.map(({ id, needs }) => ({ id, needs: needs.map((need) => need.text) }))
  graph.cycles = findCycles(plain)
  graph.upstream = upstreamSets(plain)
  return graph
}

function readStep(
  raw: Record<string, unknown>,
  id: string,
  path: NodePath,
  graph: LooseGraph,
  manifests: ReadonlyMap<string, StepManifest>,
): LooseStep {
  const type = typeof raw.type === 'string' && raw.type !== '' ? raw.type : undefined
  const settings = isMap(raw.with) ? raw.with : {}
  const step: LooseStep = {
    id,
    type,
    manifest: type === undefined ? undefined : manifests.get(type),
    stepPath: graph.container ? `${graph.container.stepPath}.${id}` : id,
    path,
    raw,
    needs: (Array.isArray(raw.needs) ? (raw.needs as unknown[]) : []).flatMap((text, index) =>
      typeof text === 'string' ? [{ text, index }] : [],
    ),
    settings,
    step: { with: settings as Step['with'], on_error: raw.on_error === 'port' ? 'port' : undefined },
    graph,
    body: null,
  }
  if (raw.steps !== undefined) step.body = readGraph(raw, manifests, path, step)
  return step
}

/** Every step of a graph and of the graphs inside it. */
export function* allSteps(graph: LooseGraph): Generator<LooseStep> {
  for (const step of graph.steps) {
    yield step
    if (step.body) yield* allSteps(step.body)
  }
}

/** A graph and the graphs inside it. */
export function* allGraphs(graph: LooseGraph): Generator<LooseGraph> {
  yield graph
  for (const step of graph.steps) if (step.body) yield* allGraphs(step.body)
}
