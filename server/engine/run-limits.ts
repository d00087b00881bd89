import type { RunLimits } from '#pipeline/document.ts'
import { durationToMs } from '#pipeline/document.ts'
import type { ErrorInfo } from '#pipeline/errors.ts'
import type { NodeState } from './core/core.ts'
import type { RunHost } from './run-host.ts'
import type { GateDecision, StepGate } from './step-gates.ts'

/** The limits the document of a run sets itself. A part of a spread map has none of its own: the run it belongs to has. */
export function limitsOf({ task }: Pick<RunHost, 'task'>): RunLimits | null {
  return task.state.part ? null : (task.plan.document.limits ?? null)
}

/** When the run has to be over, in epoch milliseconds; null when it may take its time. */
export function deadlineOf(host: Pick<RunHost, 'task' | 'state'>): number | null {
  const time = limitsOf(host)?.time
  return time === undefined ? null : host.state.startedAt + durationToMs(time)
}

/** Ends the run when its time is over, also one that went on after a while. Gives what forgets it. */
export function watchDeadline(host: RunHost): () => void {
  const deadline = deadlineOf(host)
  if (deadline === null) return () => {}
  return host.environment.timers.schedule(deadline, () => {
    if (host.halted) return
    const under = stepsUnderWay(host)
    const step = under[0]
    reach(host, {
      message: `the run took longer than its limit of ${limitsOf(host)!.time}`,
      fix: 'Raise limits.time of the pipeline, or have the run do less.',
      step: step?.path,
      details: {
        limit: 'time',
        value: limitsOf(host)!.time,
        ...(under.length > 0 ? { underWay: under.map(({ path }) => path) } : {}),
      },
    })
  })
}

/** Lets no step begin that the run's limits on steps and cost do not allow. Counted from the journal: a crash changes nothing. */
export function runLimitGate(host: RunHost): StepGate | null {
  const limits = limitsOf(host)
  if (limits?.steps === undefined && limits?.cost === undefined) return null
  const { spent } = host.state
  // Let through, and not in the journal yet.
  const passed = new Map<NodeState, number>()
  return {
    before(node, attempt): GateDecision {
      // What cleans up after the end has to run.
      if (host.state.root.ended) return 'go'
      for (const [other, number] of passed) {
        if (other.attempt > number || (other.status !== 'ready' && other.status !== 'retrying')) passed.delete(other)
      }
      passed.delete(node)
      const attempts = spent.attempts + passed.size
      if (limits.steps !== undefined && attempts >= limits.steps) {
        reach(host, {
          message: `the run reached its limit of ${limits.steps} steps`,
          fix: 'Raise limits.steps of the pipeline, or have it go through fewer items or turns.',
          step: node.path,
          details: { limit: 'steps', value: limits.steps, steps: attempts },
        })
        return { kind: 'hold' }
      }
      if (limits.cost !== undefined && spent.costUsd > 0 && spent.costUsd >= limits.cost) {
        reach(host, {
          message: `the run spent $${round(spent.costUsd)} on models, its limit is $${limits.cost}`,
          fix: 'Raise limits.cost of the pipeline, or use a cheaper model.',
          step: node.path,
          details: { limit: 'cost', value: limits.cost, costUsd: spent.costUsd },
        })
        return { kind: 'hold' }
      }
      passed.set(node, attempt)
      return 'go'
    },
  }
}

const round = (cost: number): string => (cost < 0.01 ? cost.toPrecision(2) : cost.toFixed(2))

function stepsUnderWay({ state }: RunHost): NodeState[] {
  const found: NodeState[] = []
  for (const frame of state.frames.values()) {
    for (const node of frame.nodes) {
      const isOpen =
        node.status === 'running' || node.status === 'retrying' || node.status === 'ready' || node.status === 'parked'
      if (isOpen && !node.ending) found.push(node)
      if (found.length === 5) return found
    }
  }
  return found
}

function reach(
  host: RunHost,
  { step, ...error }: Omit<ErrorInfo, 'code' | 'step'> & { step: string | undefined },
): void {
  host.emit({ type: 'limit-reached', error: { code: 'run-limit', ...error, ...(step === undefined ? {} : { step }) } })
}
