import type { ErrorInfo } from '#pipeline/errors.ts'
import type { RunEvent, StoredValue } from '#pipeline/events.ts'
import type { ItemSlice, MapState } from './containers.ts'
import { windDown } from './ending.ts'
import { openFrame } from './frames.ts'
import { findNode, type Frame, isFinal, type NodeState, type RunState } from './state.ts'
import { dropReadChunks, isClosed, readersOf, takeFromStream } from './streams.ts'
import type { Work } from './work.ts'

/** How many failed items a map lists that does not keep results. */
const keptErrors = 1_000

type Expanded = Extract<RunEvent, { type: 'map-expanded' }>

/** The items of a map are known, or begin to come: begins with the first. */
export function expandMap(work: Work, node: NodeState, event: Expanded): void {
  const map = mapOf(work.state, node, event)
  node.container = map
  if (map.parts) {
    if (map.count === 0) work.commands.push({ kind: 'collect', node, attempt: node.attempt })
    else work.commands.push({ kind: 'run-parts', node, attempt: node.attempt })
    return
  }
  pumpMap(work, node)
}

function mapOf(state: RunState, node: NodeState, event: Expanded): MapState {
  const batch = Math.max(1, event.batch ?? 1)
  const first = state.part?.path === node.path ? Math.floor(state.part.from / batch) : 0
  const producer = event.stream === undefined ? undefined : findNode(state, event.stream)
  return {
    kind: 'map',
    live: new Set(),
    stopped: false,
    failure: null,
    items: event.items,
    count: event.count,
    batch,
    concurrency: Math.max(1, event.concurrency),
    itemErrors: event.itemErrors ?? 'collect',
    keep: event.keep ?? true,
    first,
    next: first,
    taken: 0,
    finished: 0,
    failed: 0,
    outputs: [],
    errors: [],
    source: producer ? { producer, chunk: 0, offset: 0 } : null,
    parts: event.partSize === undefined ? null : { size: event.partSize, done: new Map() },
  }
}

/** Begins as many body runs as there is room and items for; collects when all are through. */
export function pumpMap(work: Work, node: NodeState): void {
  const map = node.container
  if (map?.kind !== 'map' || map.parts || node.ending) return
  const takenBefore = map.taken
  while (!map.stopped && map.live.size < map.concurrency && beginNext(work, node, map));
  if (map.source && map.taken > takenBefore) {
    const { producer } = map.source
    dropReadChunks(producer)
    if (!isFinal(producer)) work.commands.push({ kind: 'stream-moved', node: producer })
  }
  if (isThrough(map)) work.commands.push({ kind: 'collect', node, attempt: node.attempt })
}

function beginNext(work: Work, node: NodeState, map: MapState): boolean {
  const slices = map.source ? takeFromStream(map) : null
  if (map.source ? !slices : map.taken >= map.count) return false
  const index = map.next
  map.next += 1
  map.taken += slices ? lengthOf(slices) : Math.min(map.batch, map.count - map.taken)
  openFrame(work, { node, container: map, index, slices }, `${node.path}[${index}]`)
  return true
}

const lengthOf = (slices: readonly ItemSlice[]): number => slices.reduce((sum, { count }) => sum + count, 0)

/** Whether nothing is left of a map but to put its results together. */
export function isThrough(map: MapState): boolean {
  if (map.parts) return map.finished >= map.count
  if (map.live.size > 0) return false
  if (map.stopped) return true
  if (map.source) return isClosed(map.source.producer) && map.taken >= (map.source.producer.stream?.total ?? 0)
  return map.taken >= map.count
}

/** Where the items of a body run are: one, or with batches some, of one list or of neighbouring chunks of a stream. */
export function itemSlices(frame: Frame): readonly ItemSlice[] {
  const { container, index, slices } = frame.owner!
  if (slices || container.kind !== 'map') return slices ?? []
  const from = (index - container.first) * container.batch
  return [{ items: container.items, from, count: Math.min(container.batch, container.count - from) }]
}

/** A body run of a map has ended. */
export function finishMapItem(
  work: Work,
  node: NodeState,
  map: MapState,
  index: number,
  ended: { output?: StoredValue | undefined; error?: ErrorInfo | undefined; stop?: boolean | undefined },
): void {
  map.finished += 1
  if (ended.error) noteFailure(map, index, ended.error)
  if (map.keep) {
    const place = index - map.first
    while (map.outputs.length < place) map.outputs.push(null)
    map.outputs[place] = ended.error ? null : (ended.output ?? { value: null })
  }
  if (ended.error && map.itemErrors === 'fail') return failContainer(work, node, ended.error)
  if (ended.stop) map.stopped = true
  pumpMap(work, node)
}

/** Items that a child run worked on have ended. */
export function finishPart(work: Work, node: NodeState, event: Extract<RunEvent, { type: 'part-finished' }>): void {
  const map = node.container
  if (map?.kind !== 'map' || !map.parts || map.parts.done.has(event.from) || node.ending) return
  map.parts.done.set(event.from, { count: event.count, outputs: map.keep ? event.outputs : { value: [] } })
  map.finished += event.count
  for (const { index, error } of event.errors) noteFailure(map, index, error)
  const first = event.errors[0]
  if (first && map.itemErrors === 'fail') failContainer(work, node, first.error)
  else if (isThrough(map)) work.commands.push({ kind: 'collect', node, attempt: node.attempt })
}

function noteFailure(map: MapState, index: number, error: ErrorInfo): void {
  map.failed += 1
  if (!map.keep && map.errors.length >= keptErrors) return
  map.errors.push({ index, step: error.step ?? '', message: error.message })
}

/** A container has failed while its body was at work, or by its last body run. */
export function failContainer(work: Work, node: NodeState, error: ErrorInfo): void {
  const container = node.container
  if (!container || node.ending) return
  container.failure = error
  windDown(work, node, 'fail')
}

/** Lets the maps that read a stream take what is new in it. */
export function pumpReaders(work: Work, producer: NodeState): void {
  for (const reader of readersOf(producer)) pumpMap(work, reader)
  dropReadChunks(producer)
}
