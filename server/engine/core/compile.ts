import type { PipelineDocument, Step } from '#pipeline/document.ts'
import { OrchestratorError } from '#pipeline/errors.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import type { Plan, PlanGraph, PlanStep } from './plan.ts'
import { compilePolicies } from './policies.ts'

/**
 * Turns a valid document into a plan. Throws `unknown-step-type`, `unknown-reference` (an edge from nowhere),
 * `duplicate-step`, `cycle` or `invalid-policy`: `validatePipeline` reports the same with positions.
 */
export function compile(document: PipelineDocument, manifests: ReadonlyMap<string, StepManifest>): Plan {
  return { document, root: compileGraph(document.steps, null, manifests) }
}

function compileGraph(
  steps: readonly Step[],
  owner: PlanStep | null,
  manifests: ReadonlyMap<string, StepManifest>,
): PlanGraph {
  const graph: PlanGraph = { steps: [], byId: new Map(), owner }
  for (const step of steps) {
    const planned = compileStep(step, graph, manifests)
    if (graph.byId.has(step.id)) {
      throw new OrchestratorError('duplicate-step', `two steps of one graph have the id "${step.id}"`, {
        step: planned.documentPath,
      })
    }
    graph.steps.push(planned)
    graph.byId.set(step.id, planned)
  }
  for (const step of graph.steps) connect(step, graph)
  refuseCycles(graph)
  return graph
}

function compileStep(step: Step, graph: PlanGraph, manifests: ReadonlyMap<string, StepManifest>): PlanStep {
  const documentPath = graph.owner ? `${graph.owner.documentPath}.${step.id}` : step.id
  const manifest = manifests.get(step.type)
  if (!manifest) {
    throw new OrchestratorError('unknown-step-type', `step "${documentPath}" has the unknown type "${step.type}"`, {
      step: documentPath,
      field: 'type',
    })
  }
  const planned: PlanStep = {
    index: graph.steps.length,
    id: step.id,
    documentPath,
    step,
    graph,
    effects: manifest.effects,
    join: manifest.join,
    edgesIn: [],
    edgesOut: [],
    ...compilePolicies(step, documentPath, manifest, manifests),
    disabled: step.disabled ?? false,
    body: null,
  }
  if (manifest.container) planned.body = compileGraph(step.steps ?? [], planned, manifests)
  return planned
}

function connect(step: PlanStep, graph: PlanGraph): void {
  for (const [position, need] of (step.step.needs ?? []).entries()) {
    const dot = need.indexOf('.')
    const id = dot < 0 ? need : need.slice(0, dot)
    const port = dot < 0 ? 'out' : need.slice(dot + 1)
    const source = graph.byId.get(id)
    if (!source) {
      throw new OrchestratorError(
        'unknown-reference',
        `step "${step.documentPath}" needs "${need}", which is not here`,
        {
          step: step.documentPath,
          field: `needs[${position}]`,
        },
      )
    }
    source.edgesOut.push({ to: step.index, edge: step.edgesIn.length, port })
    step.edgesIn.push({ from: source.index, port })
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
