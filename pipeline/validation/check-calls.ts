import { callsOf, type PipelineCall } from '../calls.ts'
import { coerceInput, isRequiredInput } from '../check-inputs.ts'
import type { PipelineDocument, Step } from '../document.ts'
import { parseNeed } from '../edges.ts'
import type { StepManifest } from '../manifest.ts'
import { didYouMean, nearestName } from '../nearest-name.ts'
import type { NodePath } from '../node-path.ts'
import { outputPortsOf } from '../ports.ts'
import type { Problem } from '../problem.ts'
import { shortMessage } from '../short-message.ts'
import type { Positions } from '../yaml/positions.ts'
import { locate } from './locate.ts'

/** What a document calls, as far as it is known. */
export interface KnownCalls {
  /** By call key. */
  called: ReadonlyMap<string, PipelineDocument>
  manifests: ReadonlyMap<string, StepManifest>
  positions?: Positions | undefined
}

/** Calls whose inputs do not fit what the called pipeline declares, and calls that never come to an end. */
export function checkCalls(document: PipelineDocument, { called, manifests, positions }: KnownCalls): Problem[] {
  const problems: Problem[] = []
  for (const call of callsOf(document, manifests)) {
    const target = called.get(call.key)
    if (!target) continue
    const report = (code: Problem['code'], field: NodePath, message: string): void => {
      const path = [...nodePathOf(document, call.path), 'with', ...field]
      problems.push({ code, severity: 'error', message: shortMessage(message), ...locate(document, path, positions) })
    }
    checkInputs(call, target, report)
    const circle = circleOf(document, call, called, manifests)
    if (circle)
      report(
        'cycle',
        ['pipeline'],
        `This call never ends: ${circle.join(' calls ')}, each time. Put the call behind a flow.branch`,
      )
  }
  return problems
}

function checkInputs(
  { step }: PipelineCall,
  target: PipelineDocument,
  report: (code: Problem['code'], field: NodePath, message: string) => void,
): void {
  const given = step.with?.['inputs'] ?? {}
  // One expression for all of them: nothing is known yet.
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return
  const specs = target.inputs ?? {}
  for (const [name, value] of Object.entries(given)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (!spec) {
      const suggestion = didYouMean(nearestName(name, Object.keys(specs)))
      report('input-invalid', ['inputs', name], `"${target.name}" has no input "${name}".${suggestion}`)
    } else if (value !== null && !JSON.stringify(value).includes('{')) {
      const coerced = coerceInput(spec, value)
      if ('message' in coerced) report('input-invalid', ['inputs', name], `The input "${name}" ${coerced.message}`)
    }
  }
  for (const [name, spec] of Object.entries(specs))
    if (isRequiredInput(spec) && !Object.hasOwn(given, name))
      report('input-missing', ['inputs'], `"${target.name}" needs the input "${name}"; give it a value`)
}

/** The names along a circle of calls that each run makes, from this one back to its own pipeline; null when there is none. */
function circleOf(
  document: PipelineDocument,
  start: PipelineCall,
  called: ReadonlyMap<string, PipelineDocument>,
  manifests: ReadonlyMap<string, StepManifest>,
): string[] | null {
  if (!isAlwaysMade(document, start, manifests)) return null
  const seen = new Set<string>()
  const walk = (call: PipelineCall): string[] | null => {
    const target = called.get(call.key)
    if (!target || seen.has(call.key)) return null
    seen.add(call.key)
    for (const next of callsOf(target, manifests)) {
      if (!isAlwaysMade(target, next, manifests)) continue
      if (next.key === start.key) return [target.name, called.get(next.key)!.name]
      const rest = walk(next)
      if (rest) return [target.name, ...rest]
    }
    return null
  }
  return walk(start)
}

/** Whether every run of the document comes to the call: no branch, list, condition or error decides about it. */
function isAlwaysMade(
  document: PipelineDocument,
  { path }: PipelineCall,
  manifests: ReadonlyMap<string, StepManifest>,
): boolean {
  let graph: readonly Step[] = document.steps
  for (const id of path.split('.')) {
    const step = graph.find((each) => each.id === id)
    if (!step || !isAlwaysRun(step, graph, manifests)) return false
    graph = step.steps ?? []
  }
  return true
}

function isAlwaysRun(step: Step, graph: readonly Step[], manifests: ReadonlyMap<string, StepManifest>): boolean {
  const manifest = manifests.get(step.type)
  const kind = manifest?.container?.kind
  if (step.disabled || kind === 'map' || kind === 'loop' || kind === 'catch' || manifest?.join === 'merge') return false
  return (step.needs ?? []).every((need) => {
    const { step: id, port } = parseNeed(need)
    const source = graph.find((each) => each.id === id)
    if (!source || port !== 'out' || !isAlwaysRun(source, graph, manifests)) return false
    return outputPortsOf(manifests.get(source.type), source).some(({ name }) => name === 'out')
  })
}

function nodePathOf(document: PipelineDocument, path: string): (string | number)[] {
  const nodes: (string | number)[] = []
  let graph: readonly Step[] = document.steps
  for (const id of path.split('.')) {
    const index = graph.findIndex((step) => step.id === id)
    nodes.push('steps', index)
    graph = graph[index]?.steps ?? []
  }
  return nodes
}
