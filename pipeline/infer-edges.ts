import type { PipelineDocument, Step } from './document.ts'
import { findReferences } from './expressions/expressions.ts'
import { upstreamSets } from './graph.ts'
import type { StepManifest } from './manifest.ts'
import { type TemplateField, templatesOf } from './templates-of.ts'

/** An edge that expressions imply, between two steps of one graph by their paths. */
export interface InferredEdge {
  from: string
  to: string
}

/**
 * Adds the edges that expressions imply and `needs` does not have: a step, or anything inside it, reads a step of its
 * graph that does not run before. Edges that would close a circle are left out; validation names them.
 */
export function inferEdges(
  document: PipelineDocument,
  manifests: ReadonlyMap<string, StepManifest>,
): { document: PipelineDocument; added: InferredEdge[] } {
  const added: InferredEdge[] = []
  const steps = inferInGraph(document.steps, '', manifests, added)
  return added.length === 0 ? { document, added } : { document: { ...document, steps }, added }
}

function inferInGraph(
  steps: readonly Step[],
  prefix: string,
  manifests: ReadonlyMap<string, StepManifest>,
  added: InferredEdge[],
): Step[] {
  const ids = new Set(steps.map((step) => step.id))
  const result = steps.map((step) =>
    step.steps ? { ...step, steps: inferInGraph(step.steps, `${prefix}${step.id}.`, manifests, added) } : step,
  )
  let upstream = upstreamSets(result)
  for (const [index, step] of result.entries()) {
    // A catch or finally waits for no step of its try.
    if (manifests.get(step.type)?.inputPorts.length === 0) continue
    // Latest first: an edge from a late step often makes one from an earlier step unnecessary.
    const wanted = [...namesRead(step, manifests)].filter((name) => ids.has(name) && name !== step.id)
    wanted.sort((left, right) => (upstream.get(right)?.size ?? 0) - (upstream.get(left)?.size ?? 0))
    for (const from of wanted) {
      if (upstream.get(step.id)?.has(from) || upstream.get(from)?.has(step.id)) continue
      const current = result[index] as Step
      result[index] = { ...current, needs: [...(current.needs ?? []), from] }
      added.push({ from: prefix + from, to: prefix + step.id })
      upstream = upstreamSets(result)
    }
  }
  return result
}

/** Free names a step and the steps inside it read from their surroundings. */
function namesRead(step: Step, manifests: ReadonlyMap<string, StepManifest>): Set<string> {
  const manifest = manifests.get(step.type)
  const variables = Object.keys(manifest?.container?.variables ?? {})
  const bodyIds = (step.steps ?? []).map(({ id }) => id)
  const hidden = new Set([...variables, ...bodyIds])
  const names = new Set<string>()
  const read = (field: TemplateField) => {
    for (const { name } of findReferences(field.text, { bare: field.bare }))
      if (!field.names.includes(name) && !(field.lazy && !field.outside && hidden.has(name))) names.add(name)
  }
  for (const field of templatesOf(step, manifest)) read(field)
  for (const inner of step.steps ?? [])
    for (const name of namesRead(inner, manifests)) if (!hidden.has(name)) names.add(name)
  return names
}
