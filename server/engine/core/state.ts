import type { Spending } from './spending.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { JsonValue, PipelineDocument } from '#pipeline/document.ts'
import type { RunEvent, SkipReason, StepStatus, StoredValue, Wait } from '#pipeline/events.ts'
import type { ContainerState, ItemSlice, StreamState } from './containers.ts'
import type { Plan, PlanGraph, PlanStep } from './plan.ts'

/**
 * Where a step stands. `ready`: its start was commanded, or is once the run goes on; `parked`: it waits for a time, an event or
 * a person; `expanded`: a container whose body is at work; the last four are final.
 */
export type NodeStatus =
  | 'waiting'
  | 'ready'
  | 'running'
  | 'retrying'
  | 'parked'
  | 'expanded'
  | Extract<StepStatus, 'succeeded' | 'failed' | 'skipped' | 'cancelled'>

/** One step in one frame. */
export interface NodeState {
  step: PlanStep
  frame: Frame
  path: string
  status: NodeStatus
  /** What it is to end as, until the event says so. A container at work ends once its body has wound down. */
  ending: 'skip' | 'cancel' | 'fail' | null
  skipReason: SkipReason | null
  /** The latest attempt that was commanded; 0 before the first. */
  attempt: number
  /** Per edge in, null while open. Fixed once the step is to run. */
  edges: (boolean | null)[]
  edgesOpen: number
  edgesTaken: number
  /** Epoch milliseconds of the latest attempt's start, and of the first one's (0 before). */
  startedAt: number
  firstStartedAt: number
  /** Epoch milliseconds at which a retrying step tries again. */
  resumeAt: number
  /** Set once the step's fallback is its next attempt: the error that every attempt before came to. */
  fallback: ErrorInfo | null
  /** What `{{ step_id }}` evaluates to once it is final; null value for disabled steps, undefined when skipped. */
  output: StoredValue | null
  ports: readonly string[]
  /** Of a parked step. */
  wait: Wait | null
  /** Somebody let the run go on when it stood at this step. */
  released: boolean
  /** Of a container at work. */
  container: ContainerState | null
  /** Set once it has yielded items, or ended having yielded none, where something reads them. */
  stream: StreamState | null
}

/** What expressions in a pipeline's own steps see of it: called pipelines know nothing of their caller. */
export interface Scope {
  document: PipelineDocument
  inputs: Record<string, JsonValue>
  /** Calls around it: 0 for the run's own pipeline. */
  depth: number
}

/** One instance of a graph: a pipeline's, or a container body's for one item, turn or entry. */
export interface Frame {
  /** Prefix of its steps' paths: empty at the root, else `each[3]`, `outer[2].inner[0]`, or `safe` where a body runs once. */
  key: string
  graph: PlanGraph
  /** The container it belongs to, and the index of the body run (0 where there is one only). */
  owner: FrameOwner | null
  scope: Scope
  nodes: NodeState[]
  /** Steps that are not final yet. */
  open: number
  /** Of these, those that are no catch or finally. */
  openMain: number
  /** A try goes through all three. */
  phase: 'body' | 'catch' | 'finally'
  /** Set once nothing may start in it any more but a catch or finally. */
  ended: boolean
  /** What it fails with. */
  failure: ErrorInfo | null
  /** Of a try: what its steps failed with, caught or not. */
  raised: ErrorInfo | null
  /** What the step gave that ended it early (flow.break, flow.stop). */
  early: StoredValue | null
}

export interface FrameOwner {
  node: NodeState
  container: ContainerState
  index: number
  /** Its items where they come from a stream, else null: see `itemSlices`. */
  slices: readonly ItemSlice[] | null
}

/** A run that carries out some items of one map of another run. */
export interface PartOfRun {
  /** Run path of the map. */
  path: string
  /** Index of its first item. */
  from: number
  /** Values of the names its steps may see from around the map. */
  scope: Record<string, JsonValue>
  /** Inputs of the pipeline the map belongs to. */
  inputs: Record<string, JsonValue>
}

/** All there is to know about a run to schedule it: a fold over its journal. Belongs to whoever calls `decide`. */
export interface RunState {
  plan: Plan
  status: 'new' | 'running' | 'ended'
  startedAt: number
  inputs: Record<string, JsonValue>
  cancelled: boolean
  /** What its own limits count. */
  spent: Spending
  /** Set while nothing may start. */
  paused: { path: string | null; reason: Extract<RunEvent, { type: 'run-paused' }>['reason'] } | null
  /** After a `run-resumed` in step mode: one step is `due` to start; once it has, the run pauses before the next one. */
  stepping: 'due' | 'taken' | null
  root: Frame
  /** Live frames by key. Frames of finished items are dropped, so that the state stays small. */
  frames: Map<string, Frame>
  part: PartOfRun | null
}

/** The state of a run before its first event; see `partState` for one that carries out a part of a map. */
export function initialState(plan: Plan): RunState {
  const inputs = {}
  const root = createFrame(plan.root, '', null, { document: plan.document, inputs, depth: 0 })
  return {
    plan,
    status: 'new',
    startedAt: 0,
    inputs,
    cancelled: false,
    spent: { attempts: 0, costUsd: 0 },
    paused: null,
    stepping: null,
    root,
    frames: new Map([[root.key, root]]),
    part: null,
  }
}

export function createFrame(graph: PlanGraph, key: string, owner: FrameOwner | null, scope: Scope): Frame {
  const open = graph.steps.length
  const aside = (graph.catchStep ? 1 : 0) + (graph.finallyStep ? 1 : 0)
  const frame: Frame = {
    key,
    graph,
    owner,
    scope,
    nodes: [],
    open,
    openMain: open - aside,
    phase: 'body',
    ended: false,
    failure: null,
    raised: null,
    early: null,
  }
  for (const step of graph.steps) frame.nodes.push(createNode(step, frame))
  return frame
}

function createNode(step: PlanStep, frame: Frame): NodeState {
  return {
    step,
    frame,
    path: frame.key === '' ? step.id : `${frame.key}.${step.id}`,
    status: 'waiting',
    ending: null,
    skipReason: null,
    attempt: 0,
    edges: step.edgesIn.map(() => null),
    edgesOpen: step.edgesIn.length,
    edgesTaken: 0,
    startedAt: 0,
    firstStartedAt: 0,
    resumeAt: 0,
    output: null,
    ports: [],
    wait: null,
    fallback: null,
    released: false,
    container: null,
    stream: null,
  }
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
