import { didYouMean, nearestName } from '../nearest-name.ts'
import type { CheckContext } from './check-context.ts'
import { allSteps, type LooseGraph, type LooseStep } from './loose-graph.ts'

/** Names every expression knows, so no step can have them. */
export const reservedNames: ReadonlySet<string> = new Set(
  'inputs run true false none null True False None and or not in is if else elif for loop'.split(' '),
)

/** Other tools' words for ours, and ours for spelling. */
const stepKeys =
  'id type name needs with retry timeout on_error error_value fallback cache cache_key limit priority runs_on note disabled steps'.split(
    ' ',
  )
const documentKeys =
  'orchestrator name description inputs limits concurrency priority steps outputs layout comments'.split(' ')
const foreignWords: Record<string, string> = {
  depends_on: 'needs',
  dependencies: 'needs',
  parameters: 'with',
  params: 'with',
  config: 'with',
  retries: 'retry',
  fallbacks: 'fallback',
  rate_limit: 'limit',
  concurrency_limit: 'limit',
  labels: 'runs_on',
  default_value: 'error_value',
  onError: 'on_error',
}

/** Ids, step types and likely misspelt keys. */
export function checkSteps(context: CheckContext): void {
  checkKeys(context, context.document, [], documentKeys)
  checkIds(context, context.graph, new Map())
  for (const step of allSteps(context.graph)) {
    checkKeys(context, step.raw, step.path, stepKeys)
    checkType(context, step)
  }
}

function checkIds(context: CheckContext, graph: LooseGraph, enclosing: ReadonlyMap<string, LooseStep>): void {
  const variables = variablesOf(graph)
  const seen = new Map<string, LooseStep>()
  for (const step of graph.steps) {
    const path = [...step.path, 'id']
    const report = (message: string) => context.report({ code: 'duplicate-step', path, message })
    if (reservedNames.has(step.id)) report(`"${step.id}" already means something in expressions; choose another id`)
    else if (variables.has(step.id)) report(`"${step.id}" is a variable of the container around it; choose another id`)
    else if (seen.has(step.id)) report(`Two steps of one graph are called "${step.id}"; give one another id`)
    else if (enclosing.has(step.id))
      report(`A step around this one is called "${step.id}" too; its value could not be read in here`)
    seen.set(step.id, step)
  }
  const outer = new Map([...enclosing, ...seen])
  for (const step of graph.steps) if (step.body) checkIds(context, step.body, outer)
}

/** Variables the containers around a graph bind; of an unknown type the usual ones. */
export function variablesOf(graph: LooseGraph): Set<string> {
  const names = new Set<string>()
  for (let container = graph.container; container; container = container.graph.container)
    for (const name of container.manifest
      ? Object.keys(container.manifest.container?.variables ?? {})
      : ['item', 'index'])
      names.add(name)
  return names
}

function checkType(context: CheckContext, step: LooseStep): void {
  if (step.type === undefined || step.manifest) return
  const suggestion = nearestName(step.type, context.manifests.keys())
  context.report({
    code: 'unknown-step-type',
    path: [...step.path, 'type'],
    message: `There is no step type "${step.type}".${didYouMean(suggestion)}`,
    ...(suggestion === undefined
      ? {}
      : { fix: { kind: 'rename', title: `Change the type to ${suggestion}`, from: step.type, to: suggestion } }),
  })
}

function checkKeys(context: CheckContext, value: unknown, path: LooseStep['path'], known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    const meant = Object.hasOwn(foreignWords, key) ? foreignWords[key] : nearestName(key, known)
    if (meant === undefined || !known.includes(meant) || Object.hasOwn(value, meant)) continue
    context.report({
      code: 'document-shape',
      severity: 'warning',
      path: [...path, key],
      key: true,
      message: `The key "${key}" means nothing here.${didYouMean(meant)}`,
      fix: { kind: 'rename', title: `Change the key to ${meant}`, from: key, to: meant },
    })
  }
}
