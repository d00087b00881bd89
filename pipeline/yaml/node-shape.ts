/** How a map or list is written: the order of its keys, whether it may stand on one line, and what its children are. */
export interface NodeShape {
  /** Keys in their fixed order; others follow sorted by name, then `last`. Without it keys keep their order. */
  keys?: readonly string[]
  last?: readonly string[]
  /** Always one entry per line, however short. */
  block?: boolean
  child?(key: string): NodeShape
  items?: NodeShape
}

const data: NodeShape = { child: () => data, items: undefined }
const sortedData: NodeShape = { keys: [], child: () => data }
const place: NodeShape = { keys: ['x', 'y', 'width', 'height', 'text'], child: () => data }
const places: NodeShape = { keys: [], block: true, child: () => place }
const layout: NodeShape = {
  keys: ['steps', 'notes'],
  block: true,
  child: (key) => (key === 'steps' || key === 'notes' ? places : data),
}
const input: NodeShape = {
  keys: ['type', 'description', 'required', 'default', 'options'],
  child: () => data,
}
const retry: NodeShape = { keys: ['attempts', 'backoff', 'delay', 'jitter', 'on'], child: () => data }
const fallback: NodeShape = { keys: ['type', 'with'], child: (key) => (key === 'with' ? sortedData : data) }
const stepLimit: NodeShape = { keys: ['key', 'concurrency', 'rate'], child: () => data }
const limits: NodeShape = { keys: ['time', 'steps', 'cost'], child: () => data }
const concurrency: NodeShape = { keys: ['limit', 'key', 'when_full'], child: () => data }
const stepShapes: Readonly<Record<string, NodeShape>> = { with: sortedData, retry, fallback, limit: stepLimit }
const step: NodeShape = {
  keys: [
    ...['id', 'type', 'name', 'note', 'needs', 'with', 'retry', 'timeout', 'on_error', 'error_value', 'fallback'],
    ...['cache', 'cache_key', 'limit', 'priority', 'runs_on', 'disabled'],
  ],
  last: ['steps'],
  block: true,
  child: (key) => (key === 'steps' ? steps : Object.hasOwn(stepShapes, key) ? stepShapes[key]! : data),
}
const steps: NodeShape = { block: true, items: step }

/** The shape of a whole document. Inputs, outputs and data inside settings keep their order: it means something there. */
export const documentShape: NodeShape = {
  keys: [...['orchestrator', 'name', 'description', 'inputs', 'limits', 'concurrency', 'priority', 'steps', 'outputs']],
  last: ['layout'],
  block: true,
  child(key) {
    if (key === 'inputs') return { block: true, child: () => input }
    if (key === 'steps') return steps
    if (key === 'outputs') return { block: true, child: () => data }
    if (key === 'limits') return limits
    if (key === 'concurrency') return concurrency
    return key === 'layout' ? layout : data
  },
}

/** The entries of a map in the order they are written, undefined values left out. */
export function orderedEntries(map: object, shape: NodeShape): [string, unknown][] {
  const entries = Object.entries(map).filter(([, value]) => value !== undefined)
  const { keys, last = [] } = shape
  if (!keys) return entries
  const rank = (key: string) => {
    if (last.includes(key)) return keys.length + 1 + last.indexOf(key)
    const index = keys.indexOf(key)
    return index < 0 ? keys.length : index
  }
  return entries.sort(([left], [right]) => rank(left) - rank(right) || (left < right ? -1 : left > right ? 1 : 0))
}
