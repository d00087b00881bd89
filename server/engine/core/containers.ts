import type { ErrorInfo } from '#pipeline/errors.ts'
import type { StoredValue } from '#pipeline/events.ts'
import type { Frame, NodeState } from './state.ts'

/** A failed item as a container's output lists it. */
export interface ItemError {
  index: number
  step: string
  message: string
}

/** Some items of a stored list: `count` of them from position `from`. */
export interface ItemSlice {
  items: StoredValue
  from: number
  count: number
}

/** What every container at work has. */
interface ContainerBase {
  /** Body runs in flight. */
  live: Set<Frame>
  /** Set by a `flow.break` or a stop condition: nothing more is begun. */
  stopped: boolean
  /** Why it fails; it does once the body has wound down. */
  failure: ErrorInfo | null
}

/** A map at work. Finished items keep only their result, and not even that without `keep`. */
export interface MapState extends ContainerBase {
  kind: 'map'
  /** The list; of a stream an empty one. */
  items: StoredValue
  /** Items that are known so far; of a stream those that were yielded when it last looked. */
  count: number
  /** Items a body run gets; with more than one, `item` is a list. */
  batch: number
  concurrency: number
  itemErrors: 'collect' | 'drop' | 'fail'
  keep: boolean
  /** Index of the first body run: not 0 in a run that carries out a part of a spread map. */
  first: number
  /** Index of the next body run to begin. */
  next: number
  /** Items that body runs have begun with. */
  taken: number
  /** Body runs that have ended; with `parts`, items. */
  finished: number
  failed: number
  /** By index of the body run less `first`, null for one that failed; empty without `keep`. */
  outputs: (StoredValue | null)[]
  /** In the order they happened; only the first `keptErrors` without `keep`. */
  errors: ItemError[]
  /** The step whose stream it reads. */
  source: StreamReader | null
  parts: SpreadParts | null
}

/** Where a map stands in the stream it reads. */
export interface StreamReader {
  producer: NodeState
  /** Number of the chunk to read next, from the first that was ever yielded, and how many of its items are taken. */
  chunk: number
  offset: number
}

/** The items of a map that child runs work on. */
export interface SpreadParts {
  /** Items per part. */
  size: number
  /** Results of finished parts by the index of their first item. */
  done: Map<number, { count: number; outputs: StoredValue }>
}

/** A loop at work. */
export interface LoopState extends ContainerBase {
  kind: 'loop'
  /** Of the turn under way, or after the last one. */
  state: StoredValue
  limit: number
  /** Turns that have ended. */
  turns: number
  /** Of the last turn. */
  output: StoredValue | null
}

/** A container at work whose body runs once: try, catch, finally, a called pipeline. */
export interface BodyState extends ContainerBase {
  kind: 'body' | 'catch' | 'finally' | 'call'
  output: StoredValue | null
  /** Of a try: what its catch dealt with. */
  caught: ErrorInfo | null
}

export type ContainerState = MapState | LoopState | BodyState

/** Items a step has handed on before its end. Chunks that every reader is through with are dropped. */
export interface StreamState {
  /** Items yielded so far; after a crash the step yields these again and they are not taken twice. */
  total: number
  /** Number of the first chunk that is still here. */
  firstChunk: number
  chunks: ItemSlice[]
  closed: boolean
}
