import { callKeyOf } from '#pipeline/call-key.ts'
import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { parseNeed } from '#pipeline/edges.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import { compileJoin, losersOf } from './compile-join.ts'
import type { Plan, PlanGraph, PlanStep } from './plan.ts'
import { compilePolicies } from './policies.ts'

type Manifests = ReadonlyMap<string, StepManifest>

/**
 * Turns a valid document into a plan. `calls` has the pipelines it calls, directly or not, by `<id>@<version|latest>`; each is
 * compiled once, so a pipeline that calls itself is a circle of references. Throws `unknown-step-type`, `unknown-reference` (an
 * edge from nowhere, a call of a pipeline that is not there), `duplicate-step`, `cycle` or `invalid-policy`: `validatePipeline`
 * reports the same with positions. Without `calls` steps that call have no body and cannot run.
 */
export function compile(
  document: PipelineDocument,
  manifests: Manifests,
  calls?: ReadonlyMap<string, PipelineDocument>,
): Plan {
  const plans = new Map<string, Plan>()
  const plan = planOf(document, manifests, plans)
  for (const [key, called] of calls ?? []) plans.set(key, planOf(called, manifests, plans))
  if (calls) for (const each of [plan, ...plans.values()]) linkCalls(each.root, plans)
  return plan
}

function planOf(document: PipelineDocument, manifests: Manifests, calls: ReadonlyMap<string, Plan>): Plan {
  return { document, root: compileGraph(document.steps, null, manifests), calls }
}

function linkCalls(graph: PlanGraph, plans: ReadonlyMap<string, Plan>): void {
  for (const step of graph.steps) {
    if (step.container !== 'call') {
      if (step.body) linkCalls(step.body, plans)
      continue
    }
    const called = step.call === null ? undefined : plans.get(step.call)
    if (!called) {
      throw new OrchestratorError(
        'unknown-reference',
        `step "${step.documentPath}" calls a pipeline that is not here: ${step.call ?? 'its settings name none'}`,
        { step: step.documentPath, field: 'with.pipeline' },
      )
    }
    step.body = called.root
  }
}

function compileGraph(steps: readonly Step[], owner: PlanStep | null, manifests: Manifests): PlanGraph {
  const graph: PlanGraph = { steps: [], byId: new Map(), owner, catchStep: null, finallyStep: null }
  for (const step of steps) {
    const planned = compileStep(step, graph, manifests)
    if (graph.byId.has(step.id)) {
      throw new OrchestratorError('duplicate-step', `two steps of one graph have the id "${step.id}"`, {
        step: planned.documentPath,
      })
    }
    graph.steps.push(planned)
    graph.byId.set(step.id, planned)
    if (owner?.container === 'body' && planned.container === 'catch') graph.catchStep ??= planned
    if (owner?.container === 'body' && planned.container === 'finally') graph.finallyStep ??= planned
  }
  for (const step of graph.steps) connect(step, graph, manifests)
  refuseCycles(graph)
  for (const step of graph.steps) if (step.join === 'race') step.losers = losersOf(step, graph)
  return graph
}

function compileStep(step: Step, graph: PlanGraph, manifests: Manifests): PlanStep {
  const documentPath = graph.owner ? `${graph.owner.documentPath}.${step.id}` : step.id
  const manifest = manifests.get(step.type)
  if (!manifest) {
    throw new OrchestratorError('unknown-step-type', `step "${documentPath}" has the unknown type "${step.type}"`, {
      step: documentPath,
      field: 'type',
    })
  }
  const container = manifest.container?.kind ?? null
  const planned: PlanStep = {
    index: graph.steps.length,
    id: step.id,
    documentPath,
    step,
    graph,
    effects: manifest.effects,
    ...compileJoin(step, manifest),
    losers: [],
    edgesIn: [],
    edgesOut: [],
    streams: false,
    ...compilePolicies(step, documentPath, manifest, manifests),
    disabled: step.disabled ?? false,
    container,
    call: container === 'call' ? callKeyOf(step) : null,
    body: null,
  }
  if (container && container !== 'call') planned.body = compileGraph(step.steps ?? [], planned, manifests)
  return planned
}

function connect(step: PlanStep, graph: PlanGraph, manifests: Manifests): void {
  for (const [position, need] of (step.step.needs ?? []).entries()) {
    const { step: id, port } = parseNeed(need)
    const source = graph.byId.get(id)
    if (!source) {
      throw new OrchestratorError(
        'unknown-reference',
        `step "${step.documentPath}" needs "${need}", which is not here`,
        { step: step.documentPath, field: `needs[${position}]` },
      )
    }
    source.edgesOut.push({ to: step.index, edge: step.edgesIn.length, port })
    step.edgesIn.push({ from: source.index, port })
    if (port !== 'stream' || !manifests.get(source.step.type)!.outputPorts.some(({ name }) => name === port)) continue
    source.streams = true
    step.retry = { ...step.retry, attempts: 1 }
  }
}

function refuseCycles(graph: PlanGraph): void {
  const open = graph.steps.map((step) => step.edgesIn.length)
  const ready = graph.steps.filter((step) => step.edgesIn.length === 0)
  let seen = 0
  for (let step = ready.pop(); step; step = ready.pop()) {
    seen += 1
    for (const target of step.edgesOut) {
      open[target.to]! -= 1
      if (open[target.to] === 0) ready.push(graph.steps[target.to]!)
    }
  }
  if (seen === graph.steps.length) return
  const circle = graph.steps.filter((step) => open[step.index]! > 0).map((step) => step.documentPath)
  throw new OrchestratorError('cycle', `these steps wait for each other: ${circle.join(', ')}`, { step: circle[0] })
}
