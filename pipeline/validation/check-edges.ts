import { parseNeed } from '../edges.ts'
import { topologicalOrder } from '../graph.ts'
import { didYouMean, nearestName } from '../nearest-name.ts'
import { outputPortsOf } from '../ports.ts'
import type { ProblemFix } from '../problem.ts'
import type { CheckContext } from './check-context.ts'
import { allGraphs, allSteps, type LooseGraph, type LooseStep } from './loose-graph.ts'

/** Edges from nowhere, unknown ports, circles, and steps no run can reach. */
export function checkEdges(context: CheckContext): void {
  for (const step of allSteps(context.graph)) checkNeeds(context, step)
  for (const graph of allGraphs(context.graph)) {
    checkCycles(context, graph)
    checkReachable(context, graph)
  }
}

function checkNeeds(context: CheckContext, step: LooseStep): void {
  const seen = new Set<string>()
  for (const { text, index } of step.needs) {
    const path = [...step.path, 'needs', index]
    const { step: id, port } = parseNeed(text)
    const remove: ProblemFix = { kind: 'remove', title: `Remove the edge from ${text}` }
    if (seen.has(text))
      context.report({
        code: 'document-shape',
        severity: 'warning',
        path,
        message: `The edge from ${text} is there twice`,
        fix: remove,
      })
    seen.add(text)
    const source = step.graph.byId.get(id)
    if (!source) reportUnknownSource(context, step, id, path, remove)
    else if (source.manifest) checkPort(context, source, port, path, remove)
  }
}

function reportUnknownSource(
  context: CheckContext,
  step: LooseStep,
  id: string,
  path: LooseStep['path'],
  remove: ProblemFix,
): void {
  for (let { container } = step.graph; container; container = container.graph.container)
    if (container.graph.byId.has(id)) {
      const inside = `the steps inside ${container.id} start when ${container.id} does`
      context.report({
        code: 'unknown-reference',
        path,
        message: `"${id}" is outside of ${container.id}; ${inside}, so connect it to ${container.id} instead`,
        fix: remove,
      })
      return
    }
  const suggestion = nearestName(id, step.graph.byId.keys())
  context.report({
    code: 'unknown-reference',
    path,
    message: `There is no step "${id}" beside this one.${didYouMean(suggestion)}`,
    fix:
      suggestion === undefined
        ? remove
        : { kind: 'rename', title: `Change it to ${suggestion}`, from: id, to: suggestion },
  })
}

function checkPort(
  context: CheckContext,
  source: LooseStep,
  port: string,
  path: LooseStep['path'],
  remove: ProblemFix,
): void {
  const ports = outputPortsOf(source.manifest, source.step).map(({ name }) => name)
  if (ports.includes(port)) return
  if (port === 'error') {
    context.report({
      code: 'unknown-port',
      path,
      message: `${source.id} has an error port only with "on_error: port"`,
      fix: {
        kind: 'replace',
        title: `Let ${source.id} leave by its error port when it fails`,
        step: source.stepPath,
        field: 'on_error',
        value: 'port',
      },
    })
    return
  }
  if (ports.length === 0) {
    const message = `Nothing follows ${source.id}: a ${source.type} has no port to leave by`
    context.report({ code: 'unknown-port', path, message, fix: remove })
    return
  }
  const suggestion = nearestName(port, ports)
  context.report({
    code: 'unknown-port',
    path,
    message: `${source.id} has no port "${port}"; it has ${ports.join(', ')}.${didYouMean(suggestion)}`,
    fix:
      suggestion === undefined
        ? remove
        : { kind: 'rename', title: `Change the port to ${suggestion}`, from: port, to: suggestion },
  })
}

function checkCycles(context: CheckContext, graph: LooseGraph): void {
  for (const cycle of graph.cycles) {
    const [first] = cycle
    const last = cycle.at(-1)
    const step = graph.byId.get(first as string)
    if (!step) continue
    const index = step.needs.find((need) => parseNeed(need.text).step === last)?.index ?? 0
    context.report({
      code: 'cycle',
      path: [...step.path, 'needs', index],
      message:
        cycle.length === 1
          ? `${first} waits for itself`
          : `These steps wait for each other in a circle: ${[...cycle, first].join(' -> ')}`,
      fix: { kind: 'remove', title: `Remove the edge from ${last} to ${first}` },
    })
  }
}

/** Which ports of which steps must all be taken for a step to run: step id -> port -> the need that says so. */
type Requirements = Map<string, string>

function checkReachable(context: CheckContext, graph: LooseGraph): void {
  if (graph.cycles.length > 0) return
  const needed = new Map<string, Requirements | null>()
  for (const id of topologicalOrder(
    graph.steps.map((step) => ({ id: step.id, needs: step.needs.map((n) => n.text) })),
  )) {
    const step = graph.byId.get(id)
    if (!step) continue
    const ways = step.needs.flatMap(({ text }) => {
      const { step: from, port } = parseNeed(text)
      const source = graph.byId.get(from)
      return source && source !== step ? [requirementsOfEdge(source, port, needed.get(from))] : []
    })
    const possible = ways.filter((way) => way !== null)
    if (step.manifest?.join === 'merge' && step.settings.mode !== 'all') {
      needed.set(id, ways.length > 0 && possible.length === 0 ? null : intersection(possible))
      continue
    }
    const all: Requirements = new Map()
    let reachable = possible.length === ways.length
    for (const way of possible)
      for (const [from, port] of way) {
        const other = all.get(from)
        if (other !== undefined && isExclusive(other, port) && reachable) {
          reachable = false
          context.report({
            code: 'unreachable',
            severity: 'warning',
            path: [...step.path, 'needs'],
            key: true,
            message: `${id} can never run: it waits for both ${from}.${other} and ${from}.${port}, and only one of them is taken. Join the two with flow.merge`,
          })
        }
        all.set(from, port)
      }
    needed.set(id, reachable ? all : null)
  }
}

/** Whether a step that leaves by one port does not leave by the other. */
function isExclusive(one: string, other: string): boolean {
  // What has yielded may still end either way, and `out` goes with what else a step has to say.
  if (one === other || one === 'stream' || other === 'stream') return false
  return (one !== 'out' && other !== 'out') || one === 'error' || other === 'error'
}

function requirementsOfEdge(
  source: LooseStep,
  port: string,
  before: Requirements | null | undefined,
): Requirements | null {
  if (before === null) return null
  const result: Requirements = new Map(before)
  // A disabled step passes by all its ports; with one port there is no choice to contradict.
  if (source.raw.disabled !== true && source.manifest && outputPortsOf(source.manifest, source.step).length > 1)
    result.set(source.id, port)
  return result
}

function intersection(ways: readonly Requirements[]): Requirements {
  const [first, ...rest] = ways
  return new Map([...(first ?? [])].filter(([from, port]) => rest.every((way) => way.get(from) === port)))
}
