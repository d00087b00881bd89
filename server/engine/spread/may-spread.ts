import type { Step } from '#pipeline/document.ts'
import type { ExpandOptions } from '#server/steps/define-step.ts'
import type { NodeState } from '../core/core.ts'
import type { RunHost } from '../run-host.ts'

/** Smaller maps are quicker where they are. */
export const spreadFrom = 500
/** Parts per worker, so that none waits long for the slowest. */
const partsPerWorker = 4
const smallestPart = 50
const largestPart = 2_000

/**
 * Whether child runs may work on the items of a map: what happens to one item must mean nothing to the others (no early end, no
 * breakpoints, no counting of steps), and a part is not spread again.
 */
export function maySpread(host: Pick<RunHost, 'state' | 'task'>, node: NodeState, options: ExpandOptions): boolean {
  const { state, task } = host
  const { step } = node.step
  if (state.part || options.batch !== undefined || options.concurrency < 2) return false
  if (step.with?.['stop_when'] !== undefined || endsEarly(step.steps ?? [])) return false
  const { limits } = task.plan.document
  if (limits?.steps !== undefined || limits?.cost !== undefined) return false
  const { until, breakpoints, stepThrough } = task.options ?? {}
  return !until && !breakpoints?.length && !stepThrough && state.stepping === null
}

function endsEarly(steps: readonly Step[]): boolean {
  return steps.some(({ type, steps: inner }) => type === 'flow.break' || type === 'flow.stop' || endsEarly(inner ?? []))
}

/** How many parts are worked on at a time: one per worker, and no more than items may be. */
export const partsAtOnce = (workers: number, concurrency: number): number => Math.max(1, Math.min(workers, concurrency))

/** Items of a part. */
export function partSizeOf(count: number, workers: number, concurrency: number): number {
  const parts = partsAtOnce(workers, concurrency) * partsPerWorker
  return Math.min(largestPart, Math.max(smallestPart, Math.ceil(count / parts)))
}
