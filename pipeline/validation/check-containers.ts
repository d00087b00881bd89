import type { CheckContext } from './check-context.ts'
import { allSteps, type LooseStep } from './loose-graph.ts'
import { isHandler } from './resolve-name.ts'

/** Bodies where none belong or none is, steps that stand where they cannot, merges and loops that cannot do what they say. */
export function checkContainers(context: CheckContext): void {
  for (const step of allSteps(context.graph)) {
    if (!step.manifest) continue
    checkBody(context, step)
    checkPlace(context, step)
    if (isHandler(step)) checkHandler(context, step)
    if (step.manifest.join === 'merge') checkMerge(context, step)
    if (step.manifest.container?.kind === 'loop') checkLoop(context, step)
  }
}

function checkBody(context: CheckContext, step: LooseStep): void {
  const kind = step.manifest?.container?.kind
  const path = [...step.path, 'steps']
  if (kind === undefined || kind === 'call') {
    if (!step.body) return
    const why = kind === 'call' ? 'its steps are those of the pipeline it calls' : 'only containers such as flow.map do'
    context.report({
      code: 'document-shape',
      path,
      key: true,
      message: `${step.type} has no steps inside; ${why}`,
      fix: { kind: 'remove', title: 'Remove the steps inside' },
    })
    return
  }
  // An empty catch is a way to say that a failure does not matter.
  if (kind === 'catch' || hasBody(step) || step.settings.result !== undefined || step.settings.next !== undefined)
    return
  context.report({
    code: 'invalid-config',
    path,
    key: true,
    message: `${step.stepPath} has no steps inside; put at least one into it`,
  })
}

function hasBody({ raw, body }: LooseStep): boolean {
  // Ill-formed steps are reported by themselves.
  if (raw.steps !== undefined && !(Array.isArray(raw.steps) && raw.steps.length === 0) && body?.steps.length === 0)
    return true
  return body?.steps.some((inner) => !isHandler(inner)) ?? false
}

function checkPlace(context: CheckContext, step: LooseStep): void {
  const { inside } = step.manifest!
  if (inside === null) return
  const path = [...step.path, 'type']
  const report = (message: string) => context.report({ code: 'document-shape', path, message })
  if (inside === 'repeat') {
    if (!isRepeated(step))
      report(`A ${step.type} ends the loop around it, and there is none; put it into a flow.map or flow.loop`)
    return
  }
  const { container } = step.graph
  if (container?.type !== inside)
    return report(`A ${step.type} stands directly inside of a ${inside}; move it into one`)
  const first = step.graph.steps.find((other) => other.type === step.type)
  if (first !== step) report(`${container.id} has two of ${step.type}; put the steps of both into one`)
}

function isRepeated(step: LooseStep): boolean {
  for (let { container } = step.graph; container; container = container.graph.container) {
    const kind = container.manifest?.container?.kind
    // Of an unknown type nothing is known.
    if (!container.manifest || kind === 'map' || kind === 'loop') return true
  }
  return false
}

function checkHandler(context: CheckContext, step: LooseStep): void {
  for (const { text, index } of step.needs)
    context.report({
      code: 'document-shape',
      path: [...step.path, 'needs', index],
      message: `${step.id} waits for no step: it runs when the try around it comes to it`,
      fix: { kind: 'remove', title: `Remove the edge from ${text}` },
    })
}

function checkMerge(context: CheckContext, step: LooseStep): void {
  const { mode = 'any', count } = step.settings
  const path = [...step.path, 'with', 'count']
  const report = (message: string, severity: 'error' | 'warning' = 'error') =>
    context.report({ code: 'invalid-config', path, severity, message })
  if (mode !== 'count') {
    if (count !== undefined)
      report(`count means something with "mode: count" only; the mode is ${String(mode)}`, 'warning')
    return
  }
  const edges = new Set(step.needs.map(({ text }) => text)).size
  if (count === undefined) report('count is missing: say how many edges must be taken')
  else if (typeof count === 'number' && count > edges)
    report(`count is ${count}, but only ${edges} ${edges === 1 ? 'edge comes' : 'edges come'} in; it would never run`)
}

function checkLoop(context: CheckContext, step: LooseStep): void {
  const { while: before, until } = step.settings
  if (before !== undefined || until !== undefined || !step.body) return
  const ends = [...allSteps(step.body)].some(
    (inner) =>
      inner.manifest?.outputPorts.length === 0 &&
      !isHandler(inner) &&
      (inner.manifest.inside !== 'repeat' || nearestRepeat(inner.graph.container) === step),
  )
  if (ends) return
  context.report({
    code: 'invalid-config',
    severity: 'warning',
    path: [...step.path, 'with'],
    key: true,
    message: `Nothing ends ${step.id} before its limit, which is an error; set while or until, or put a flow.break inside`,
  })
}

function nearestRepeat(from: LooseStep | null): LooseStep | null {
  for (let container = from; container; container = container.graph.container) {
    const kind = container.manifest?.container?.kind
    if (kind === 'map' || kind === 'loop') return container
  }
  return null
}
