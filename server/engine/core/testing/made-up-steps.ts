import type { JsonValue } from '#pipeline/document.ts'
import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import { lastOutput } from '../last-output.ts'
import { itemSlices } from '../maps.ts'
import type { Frame, NodeState } from '../state.ts'
import type { StepFate, World } from './world.ts'

/** Deepest call of these tests. */
export const deepestCall = 2

const valueOf = (stored: StoredValue | null): JsonValue => (stored && 'value' in stored ? stored.value : null)

interface Settings {
  batch?: number
  concurrency?: number
  item_errors?: 'collect' | 'drop' | 'fail'
  keep?: boolean
  stream?: boolean
  stop_after?: number
  limit?: number
  mode?: string
}

const settingsOf = (node: NodeState): Settings => node.step.step.with ?? {}

/** How a container begins; null when there is nothing to begin. */
export function startOf(node: NodeState, fate: StepFate): RunEvent | 'too deep' | null {
  const { path, step, frame } = node
  const settings = settingsOf(node)
  switch (step.container) {
    case null:
      return null
    case 'map': {
      const { batch = 1, item_errors: itemErrors = 'collect', keep = true } = settings
      const stream = settings.stream
        ? frame.nodes[step.edgesIn.find(({ port }) => port === 'stream')!.from]!.path
        : null
      return {
        type: 'map-expanded',
        path,
        items: { value: Array.from({ length: fate.items }, (_, index) => index) },
        count: stream === null ? fate.items : 0,
        concurrency: settings.concurrency ?? fate.concurrency,
        batch,
        itemErrors,
        keep,
        ...(stream === null ? {} : { stream }),
      }
    }
    case 'loop':
      if (fate.items === 0) return null
      return { type: 'loop-entered', path, state: { value: '' }, limit: settings.limit ?? 3 }
    case 'call':
      return frame.scope.depth >= deepestCall ? 'too deep' : { type: 'body-entered', path, inputs: {} }
    default:
      return { type: 'body-entered', path }
  }
}

/** What a step that is no container gives: its path and those its taken edges came from, so that data flow shows. */
export function outputOf(
  node: NodeState,
  fate: StepFate,
): { output: StoredValue; ports: string[]; ends?: 'container' | 'run' } {
  const { step, path } = node
  const { type } = step.step
  if (type === 'loop') return { output: { value: { state: '', turns: 0, output: null } }, ports: ['out'] }
  // Which edges made an early merge run is chance.
  const { mode = 'any' } = settingsOf(node)
  const isChance = type === 'merge' && mode !== 'any' && mode !== 'all'
  const from = step.edgesIn.filter((_, edge) => node.edges[edge]).map((edge) => node.frame.nodes[edge.from]!.step.id)
  const value = `${path}(${isChance ? mode : from.join(',')})`
  const ports = type === 'branch' ? [fate.port] : ['out']
  const ends = type === 'break' ? 'container' : type === 'stop' ? 'run' : undefined
  return { output: { value }, ports, ...(ends ? { ends } : {}) }
}

/** What a body run comes to. */
export function bodyResult(
  world: World,
  frame: Frame,
): { output: StoredValue; again?: boolean; state?: StoredValue; stop?: boolean } {
  const { node, container, index } = frame.owner!
  const output = frameOutput(frame)
  if (container.kind === 'loop') {
    const state = container.stopped ? container.state : { value: `${String(valueOf(container.state))}${index}` }
    return { output, state, again: index + 1 < world.fateOf(node.path).items }
  }
  if (container.kind !== 'map') return { output }
  const given = itemSlices(frame).flatMap(({ items, from, count }) =>
    (valueOf(items) as JsonValue[]).slice(from, from + count),
  )
  const { stop_after: last } = settingsOf(node)
  return { output: { value: [given, valueOf(output)] }, ...(last === index ? { stop: true } : {}) }
}

/** What a frame is worth. */
export function frameOutput(frame: Frame): StoredValue {
  const kind = frame.owner?.container.kind
  return (kind === 'map' || kind === 'loop' ? frame.early : null) ?? lastOutput(frame)
}

/** What a container comes to once its body is through; null when every item of a map failed. */
export function collected(node: NodeState): { output: StoredValue; ports: string[] } | null {
  const container = node.container!
  if (container.kind === 'loop') {
    const { state, turns, output } = container
    return { output: { value: { state: valueOf(state), turns, output: valueOf(output) } }, ports: ['out'] }
  }
  if (container.kind !== 'map') {
    const how = container.caught ? 'caught' : 'succeeded'
    const ports = container.kind === 'body' ? ['out', how] : ['out']
    return { output: container.output ?? { value: null }, ports }
  }
  const { finished, failed, errors, outputs } = container
  if (finished > 0 && failed === finished) return null
  const indexes = errors.map(({ index }) => index).sort((a, b) => a - b)
  return { output: { value: { items: outputs.map(valueOf), failed, indexes, finished } }, ports: ['out'] }
}
