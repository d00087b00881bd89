import { type Comments, type Layout, type PipelineDocument, type Step, stepIdPattern } from './document.ts'
import { formatNeed, parseNeed } from './edges.ts'
import { OrchestratorError } from './errors.ts'
import { findReferences, renameReference } from './expressions/expressions.ts'
import { findStep } from './graph.ts'
import type { StepManifest } from './manifest.ts'
import { pointerParts, escapePart } from './node-path.ts'
import { mapTexts, type TemplateField, templatedKeys, templatesIn, templatesOf } from './templates-of.ts'
import { reservedNames } from './validation/check-steps.ts'

/**
 * The document with the step at `path` (`each.mood`) called `newId`: its edges, every expression that reads it, layout
 * and comments follow, and it computes the same. Throws `not-found`, `invalid-request` for what is no id, and `conflict`
 * when the name already means something where the step can be read.
 */
export function renameStep(
  document: PipelineDocument,
  path: string,
  newId: string,
  manifests: ReadonlyMap<string, StepManifest>,
): PipelineDocument {
  const step = findStep(document, path)
  if (!step) throw new OrchestratorError('not-found', `There is no step "${path}"`)
  if (step.id === newId) return document
  if (!stepIdPattern.test(newId))
    throw new OrchestratorError(
      'invalid-request',
      `"${newId}" is no step id; use letters, digits and _, first no digit`,
    )
  const parents = path.split('.').slice(0, -1)
  refuseTakenName(document, parents, step, newId, manifests)
  const rename: Renaming = { from: step.id, to: newId, manifests }
  const renamed = inGraph(document.steps, parents, rename)
  const newPath = [...parents, newId].join('.')
  return {
    ...document,
    steps: renamed,
    ...(parents.length === 0 && document.outputs ? { outputs: renameIn(document.outputs, rename) } : {}),
    ...(document.layout ? { layout: renameLayout(document.layout, path, newPath) } : {}),
    ...(document.comments ? { comments: renameComments(document.comments, path, newPath) } : {}),
  }
}

interface Renaming {
  from: string
  to: string
  manifests: ReadonlyMap<string, StepManifest>
}

/** Rewrites the graph that `parents` leads to, and on the way the container's lazy settings, which see inside. */
function inGraph(steps: readonly Step[], parents: readonly string[], rename: Renaming): Step[] {
  const [parent, ...deeper] = parents
  if (parent === undefined)
    return steps.map((step) => {
      const self = step.id === rename.from
      const next = inStep(step, rename)
      return self ? { ...next, id: rename.to } : next
    })
  return steps.map((step) => {
    if (step.id !== parent || !step.steps) return step
    const outer = deeper.length === 0 ? renameSettings(step, rename, seesInside) : step
    return { ...outer, steps: inGraph(step.steps, deeper, rename) }
  })
}

/** Rewrites a step of the graph itself, its edges included, and everything inside it. */
function inStep(step: Step, rename: Renaming): Step {
  const next = renameSettings(step, rename, outsideNames(step, rename))
  if (step.needs)
    next.needs = step.needs.map((need) => {
      const { step: from, port } = parseNeed(need)
      return from === rename.from ? formatNeed(rename.to, port) : need
    })
  return withBody(next, step, rename)
}

/** Inside a body only expressions reach out to the graph around it; edges never do. */
function inBody(step: Step, rename: Renaming): Step {
  return withBody(renameSettings(step, rename, outsideNames(step, rename)), step, rename)
}

/** Goes on inside a container unless the name means something else in there. */
function withBody(next: Step, step: Step, rename: Renaming): Step {
  if (!step.steps || hides(step, rename)) return next
  return { ...next, steps: step.steps.map((inner) => inBody(inner, rename)) }
}

const seesInside = ({ lazy, outside }: TemplateField): boolean => lazy && outside !== true

/** The fields of a step in which the name means the step around it: lazy ones of a container see its body first. */
function outsideNames(step: Step, rename: Renaming): (field: TemplateField) => boolean {
  return hides(step, rename) ? (field) => !seesInside(field) : () => true
}

function hides(container: Step, { from, manifests }: Renaming): boolean {
  const variables = manifests.get(container.type)?.container?.variables ?? {}
  return Object.hasOwn(variables, from) || (container.steps ?? []).some(({ id }) => id === from)
}

function renameSettings(step: Step, rename: Renaming, which: (field: TemplateField) => boolean): Step {
  const fields = templatesOf(step, rename.manifests.get(step.type)).filter(which)
  const renamed: Record<string, unknown> = { ...step }
  for (const key of templatedKeys) if (key in step) renamed[key] = rewrite(step[key], [key], fields, rename)
  return renamed as Step
}

function renameIn<Value>(outputs: Value, rename: Renaming): Value {
  return rewrite(outputs, [], templatesIn(outputs, []), rename) as Value
}

function rewrite(
  value: unknown,
  path: (string | number)[],
  fields: readonly TemplateField[],
  rename: Renaming,
): unknown {
  if (fields.length === 0) return value
  const byPath = new Map(fields.map((field) => [JSON.stringify(field.path), field]))
  return mapTexts(value, path, (text, at) => {
    const field = byPath.get(JSON.stringify(at))
    if (!field || field.names.includes(rename.from)) return text
    return renameReference(text, rename.from, rename.to, { bare: field.bare })
  })
}

/** A name is taken when it is a step, a variable or already read somewhere the renamed step would be visible. */
function refuseTakenName(
  document: PipelineDocument,
  parents: readonly string[],
  step: Step,
  newId: string,
  manifests: ReadonlyMap<string, StepManifest>,
): void {
  const refuse = (why: string): never => {
    throw new OrchestratorError('conflict', `The step cannot be called "${newId}": ${why}`)
  }
  if (reservedNames.has(newId)) refuse('expressions use that name for something else')
  let graph: readonly Step[] = document.steps
  let container: Step | undefined
  for (const parent of parents) {
    if (graph.some(({ id }) => id === newId)) refuse('a step around it has that id')
    container = graph.find(({ id }) => id === parent)
    if (container && Object.hasOwn(manifests.get(container.type)?.container?.variables ?? {}, newId))
      refuse(`it is a variable of ${container.id}`)
    graph = container?.steps ?? []
  }
  if (graph.some((other) => other !== step && other.id === newId)) refuse('another step has that id')
  const visible = [
    ...textsOf(graph, manifests),
    ...(container ? templatesOf(container, manifests.get(container.type)).filter((field) => field.lazy) : []),
    ...(parents.length === 0 ? templatesIn(document.outputs, []) : []),
  ]
  for (const id of idsInside(graph)) if (id === newId) refuse('a step inside of this graph has that id')
  for (const field of visible)
    if (field.names.includes(newId) || findReferences(field.text, field).some(({ name }) => name === newId))
      refuse(`an expression already reads that name: ${field.text.slice(0, 80)}`)
}

function textsOf(steps: readonly Step[], manifests: ReadonlyMap<string, StepManifest>): TemplateField[] {
  return steps.flatMap((step) => {
    const variables = Object.keys(manifests.get(step.type)?.container?.variables ?? {})
    const inside = step.steps ? textsOf(step.steps, manifests) : []
    return [
      ...templatesOf(step, manifests.get(step.type)),
      ...inside.map((field) => ({ ...field, names: [...field.names, ...variables] })),
    ]
  })
}

function* idsInside(steps: readonly Step[]): Generator<string> {
  for (const step of steps)
    for (const inner of step.steps ?? []) {
      yield inner.id
      yield* idsInside([inner])
    }
}

function renameLayout(layout: Layout, path: string, newPath: string): Layout {
  if (!layout.steps) return layout
  const steps = Object.entries(layout.steps).map(([key, place]) => {
    const inside = key === path || key.startsWith(`${path}.`)
    return [inside ? newPath + key.slice(path.length) : key, place] as const
  })
  return { ...layout, steps: Object.fromEntries(steps) }
}

function renameComments(comments: Comments, path: string, newPath: string): Comments {
  const pointer = (stepPath: string) => stepPath.split('.').flatMap((id) => ['steps', id])
  const from = pointer(path)
  const to = pointer(newPath)
  return Object.fromEntries(
    Object.entries(comments).map(([key, comment]) => {
      const parts = pointerParts(key)
      if (!from.every((part, index) => parts[index] === part)) return [key, comment]
      return [[...to, ...parts.slice(from.length)].map((part) => `/${escapePart(part)}`).join(''), comment]
    }),
  )
}
