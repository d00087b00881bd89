import { parseNeed } from '../edges.ts'
import type { ProblemFix } from '../problem.ts'
import type { CheckContext } from './check-context.ts'
import { allSteps, type LooseStep } from './loose-graph.ts'

/** Where maps get their items: from a list, or from one stream; and streams that nothing could ever empty. */
export function checkStreams(context: CheckContext): void {
  for (const step of allSteps(context.graph)) {
    const streams = step.needs.filter(({ text }) => isStream(step, text))
    if (step.manifest && step.manifest.container?.kind !== 'map') {
      for (const need of streams) reportNoReader(context, step, need)
      continue
    }
    if (!step.manifest) continue
    checkSource(context, step, streams)
    if (streams.length > 0) checkRetry(context, step)
    for (const need of streams) checkWaiting(context, step, need)
  }
}

type Need = LooseStep['needs'][number]

function isStream({ graph }: LooseStep, need: string): boolean {
  const { step, port } = parseNeed(need)
  if (port !== 'stream') return false
  return graph.byId.get(step)?.manifest?.outputPorts.some(({ name }) => name === 'stream') ?? false
}

const removeEdge = ({ text }: Need): ProblemFix => ({ kind: 'remove', title: `Remove the edge from ${text}` })

function reportNoReader(context: CheckContext, step: LooseStep, need: Need): void {
  const { step: source } = parseNeed(need.text)
  context.report({
    code: 'unknown-port',
    path: [...step.path, 'needs', need.index],
    message: `A stream is read by a flow.map; connect ${step.id} to ${source} itself, or put it into a flow.map`,
    fix: { kind: 'rename', title: `Wait for ${source} to end`, from: need.text, to: source },
  })
}

function checkSource(context: CheckContext, step: LooseStep, streams: readonly Need[]): void {
  const { items } = step.settings
  const [first, second] = streams
  if (!first) {
    if (items !== undefined || !step.manifest!.config.properties?.['items']) return
    const message = 'items is missing: give a list, or connect the stream port of a step'
    context.report({ code: 'invalid-config', path: [...step.path, 'with', 'items'], message })
  } else if (items !== undefined) {
    context.report({
      code: 'invalid-config',
      path: [...step.path, 'with', 'items'],
      message: `${step.id} gets its items from the stream ${first.text}, so it cannot have items of its own`,
      fix: { kind: 'remove', title: 'Remove items' },
    })
  }
  if (second)
    context.report({
      code: 'document-shape',
      path: [...step.path, 'needs', second.index],
      message: `${step.id} reads the stream ${first!.text} already; it can read one only`,
      fix: removeEdge(second),
    })
}

function checkRetry(context: CheckContext, step: LooseStep): void {
  if (step.raw.retry === undefined) return
  context.report({
    code: 'invalid-policy',
    severity: 'warning',
    path: [...step.path, 'retry'],
    key: true,
    message: `${step.id} is never tried again: what it has read of a stream is gone; give the steps inside a retry`,
    fix: { kind: 'remove', title: 'Remove retry' },
  })
}

/** A step that waits for the end of the stream's source, and for its reader to make room, waits for itself. */
function checkWaiting(context: CheckContext, step: LooseStep, stream: Need): void {
  const { step: source } = parseNeed(stream.text)
  const { upstream } = step.graph
  for (const need of step.needs) {
    const from = parseNeed(need.text)
    if (from.step === source && from.port === 'stream') continue
    if (from.step !== source && !upstream.get(from.step)?.has(source)) continue
    context.report({
      code: 'cycle',
      path: [...step.path, 'needs', need.index],
      message: `${step.id} would begin only when ${source} has ended, and ${source} waits for it to take items; use one or the other`,
      fix: removeEdge(need),
    })
  }
}
