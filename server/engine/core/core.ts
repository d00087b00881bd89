/** The door of the pure scheduler. */
export { type Command, isOvertaken } from './commands.ts'
export { compile } from './compile.ts'
export { decide, type TimedEvent } from './decide.ts'
export { failureEvent, handledOutput } from './failure.ts'
export { computeRetryDelayMs } from './retry.ts'
export { lastOutput, raisedAround } from './last-output.ts'
export { partState } from './part-state.ts'
export { pendingCommands } from './pending.ts'
export type { JoinMode, Plan, PlanEdge, PlanGraph, PlanStep, PlanTarget } from './plan.ts'
export type { CachePlan, FallbackPlan, LimitPlan, PlanPolicies, RetryPlan } from './policy-plan.ts'
export type {
  BodyState,
  ContainerState,
  ItemError,
  ItemSlice,
  LoopState,
  MapState,
  SpreadParts,
  StreamState,
} from './containers.ts'
export { itemSlices } from './maps.ts'
export { streamBacklog } from './streams.ts'
export {
  findNode,
  type Frame,
  type FrameOwner,
  initialState,
  isFinal,
  type NodeState,
  type NodeStatus,
  type PartOfRun,
  type RunState,
  type Scope,
} from './state.ts'
