/** The door of the pure scheduler. */
export { type Command, isOvertaken } from './commands.ts'
export { compile } from './compile.ts'
export { decide, type TimedEvent } from './decide.ts'
export { computeRetryDelayMs, failureEvent, handledOutput } from './failure.ts'
export { lastOutput } from './last-output.ts'
export { pendingCommands } from './pending.ts'
export type { Plan, PlanEdge, PlanGraph, PlanStep, PlanTarget, RetryPlan } from './plan.ts'
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
