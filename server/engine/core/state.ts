import type { ErrorInfo } from '#pipeline/errors.ts'
import type { JsonValue } from '#pipeline/document.ts'
import type { StepStatus, StoredValue } from '#pipeline/events.ts'
import type { Plan, PlanGraph, PlanStep } from './plan.ts'

export type SkipReason = 'branch-not-taken' | 'upstream-skipped' | 'disabled' | 'run-ended'

/**
 * Where a step stands. `ready`: its start was commanded; `expanded`: a container whose items are being worked on;
 * the last four are final.
 */
export type NodeStatus =
  | 'waiting'
  | 'ready'
  | 'running'
  | 'retrying'
  | 'expanded'
  | Extract<StepStatus, 'succeeded' | 'failed' | 'skipped' | 'cancelled'>

/** A failed item as a container's output lists it. */
export interface ItemError {
  index: number
  step: string
  message: string
}

/** The items of a container at work. Finished items keep only their result. */
export interface MapState {
  items: StoredValue
  count: number
  concurrency: number
  /** Index of the next item to begin. */
  next: number
  finished: number
  failed: number
  /** By index; null for failed and unfinished items. */
  outputs: (StoredValue | null)[]
  errors: ItemError[]
}

/** One step in one frame. */
export interface NodeState {
  step: PlanStep
  frame: Frame
  path: string
  status: NodeStatus
  /** What was commanded to end it, until the event says it is done. */
  ending: 'skip' | 'cancel' | null
  skipReason: SkipReason | null
  /** The latest attempt that was commanded; 0 before the first. */
  attempt: number
  /** Per edge in, null while open. */
  edges: (boolean | null)[]
  edgesOpen: number
  edgesTaken: number
  /** Epoch milliseconds of the latest attempt's start. */
  startedAt: number
  /** Epoch milliseconds at which a retrying step tries again. */
  resumeAt: number
  /** What `{{ step_id }}` evaluates to once it is final; null value for disabled steps, undefined when skipped. */
  output: StoredValue | null
  ports: readonly string[]
  map: MapState | null
}

/** One instance of a graph: the pipeline's, or a container body's for one item. */
export interface Frame {
  /** Prefix of its steps' paths: empty at the root, else `each[3]`, `outer[2].inner[0]`. */
  key: string
  graph: PlanGraph
  /** The container it belongs to, and for which item. */
  owner: { node: NodeState; map: MapState; index: number } | null
  nodes: NodeState[]
  /** Steps that are not final yet. */
  open: number
  /** Set once nothing may start in it any more. */
  ended: boolean
  failure: ErrorInfo | null
}

/** All there is to know about a run to schedule it: a fold over its journal. Belongs to whoever calls `decide`. */
export interface RunState {
  plan: Plan
  status: 'new' | 'running' | 'ended'
  startedAt: number
  inputs: Record<string, JsonValue>
  cancelled: boolean
  root: Frame
  /** Live frames by key. Frames of finished items are dropped, so that the state stays small. */
  frames: Map<string, Frame>
}

/** The state of a run before its first event. */
export function initialState(plan: Plan): RunState {
  const root = createFrame(plan.root, '', null)
  return {
    plan,
    status: 'new',
    startedAt: 0,
    inputs: {},
    cancelled: false,
    root,
    frames: new Map([['', root]]),
  }
}

export function createFrame(graph: PlanGraph, key: string, owner: Frame['owner']): Frame {
  const frame: Frame = { key, graph, owner, nodes: [], open: graph.steps.length, ended: false, failure: null }
  for (const step of graph.steps) {
    frame.nodes.push({
      step,
      frame,
      path: key === '' ? step.id : `${key}.${step.id}`,
      status: 'waiting',
      ending: null,
      skipReason: null,
      attempt: 0,
      edges: step.edgesIn.map(() => null),
      edgesOpen: step.edgesIn.length,
      edgesTaken: 0,
      startedAt: 0,
      resumeAt: 0,
      output: null,
      ports: [],
      map: null,
    })
  }
  return frame
}

/** The live step at a path (`each[3].mood`); undefined when there is none, or its item has finished. */
export function findNode(state: RunState, path: string): NodeState | undefined {
  const dot = path.lastIndexOf('.')
  const frame = state.frames.get(dot < 0 ? '' : path.slice(0, dot))
  const step = frame?.graph.byId.get(dot < 0 ? path : path.slice(dot + 1))
  return step && frame?.nodes[step.index]
}

export function isFinal(node: NodeState): boolean {
  const { status } = node
  return status === 'succeeded' || status === 'failed' || status === 'skipped' || status === 'cancelled'
}
