import type { ItemSlice, MapState, StreamState } from './containers.ts'
import { isFinal, type NodeState } from './state.ts'

/** The stream of a step, opened when it is first asked for. */
export function openStream(producer: NodeState): StreamState {
  producer.stream ??= { total: 0, firstChunk: 0, chunks: [], closed: false }
  return producer.stream
}

/** Whether no more items come. A disabled step yields none. */
export function isClosed(producer: NodeState): boolean {
  return producer.stream ? producer.stream.closed : isFinal(producer)
}

/** The steps that hang on a stream and are not through. */
export function readersOf(producer: NodeState): NodeState[] {
  const readers: NodeState[] = []
  for (const { to, port } of producer.step.edgesOut) {
    const reader = producer.frame.nodes[to]!
    if (port === 'stream' && !isFinal(reader) && reader.ending === null) readers.push(reader)
  }
  return readers
}

/**
 * How many items a step has yielded that its slowest reader has not begun with: what back-pressure goes by. 0 when nobody
 * reads any more.
 */
export function streamBacklog(producer: NodeState): number {
  const { stream } = producer
  if (!stream) return 0
  let backlog = 0
  for (const reader of readersOf(producer)) backlog = Math.max(backlog, stream.total - takenBy(reader, producer))
  return backlog
}

/** Takes the next items of its stream for a map; null while there are too few for a body run. */
export function takeFromStream(map: MapState): ItemSlice[] | null {
  const { producer } = map.source!
  const stream = openStream(producer)
  map.count = stream.total
  const available = stream.total - map.taken
  const wanted = Math.min(map.batch, available)
  if (wanted === 0 || (wanted < map.batch && !isClosed(producer))) return null
  const slices: ItemSlice[] = []
  const reader = map.source!
  for (let left = wanted; left > 0;) {
    const chunk = stream.chunks[reader.chunk - stream.firstChunk]!
    const count = Math.min(left, chunk.count - reader.offset)
    slices.push({ items: chunk.items, from: reader.offset, count })
    left -= count
    reader.offset += count
    if (reader.offset < chunk.count) continue
    reader.chunk += 1
    reader.offset = 0
  }
  return slices
}

/** Drops the chunks that no reader needs any more. */
export function dropReadChunks(producer: NodeState): void {
  const { stream } = producer
  if (!stream) return
  let first = stream.firstChunk + stream.chunks.length
  for (const { container } of readersOf(producer)) {
    const reads = container?.kind === 'map' && container.source?.producer === producer ? container.source.chunk : 0
    first = Math.min(first, Math.max(reads, stream.firstChunk))
  }
  stream.chunks.splice(0, first - stream.firstChunk)
  stream.firstChunk = first
}

function takenBy({ container }: NodeState, producer: NodeState): number {
  return container?.kind === 'map' && container.source?.producer === producer ? container.taken : 0
}
