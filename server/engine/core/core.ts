/** The door of the pure scheduler. */
export { type Command, isOvertaken } from './commands.ts'
export { compile } from './compile.ts'
export { decide, type TimedEvent } from './decide.ts'
export { failureEvent, handledOutput } from './failure.ts'
export { computeRetryDelayMs } from './retry.ts'
export { lastOutput } from './last-output.ts'
export { pendingCommands } from './pending.ts'
export type { Plan, PlanEdge, PlanGraph, PlanStep, PlanTarget } from './plan.ts'
export type { CachePlan, FallbackPlan, LimitPlan, PlanPolicies, RetryPlan } from './policy-plan.ts'
export {
  findNode,
  type Frame,
  initialState,
  isFinal,
  type ItemError,
  type MapState,
  type NodeState,
  type NodeStatus,
  type RunState,
  type SkipReason,
} from './state.ts'
