import type { RestingRun } from './executor-types.ts'
import type { Parking } from './parking.ts'
import { deadlineOf } from './run-limits.ts'
import type { RunHost } from './run-host.ts'
import type { StepAttempts } from './step-attempts.ts'

/** A step that tries again within this time is waited for in memory. */
const patienceMs = 5_000
/** So is the end of a wait: unloading the run and loading it again would take as long. */
const waitPatienceMs = 1_000

/** How a run rests; null as long as there is something to do. Its row says so once its worker lets go of it. */
export function restOf(host: RunHost, attempts: StepAttempts, parking: Parking): RestingRun | null {
  const { state, task, environment } = host
  if (!task.rests) return null
  if (state.status !== 'running' || attempts.isAnyAtWork(patienceMs)) return null
  const deadline = deadlineOf(host)
  if (deadline !== null && deadline < environment.now() + waitPatienceMs) return null
  if (state.paused) return { kind: 'paused', wakeAt: deadline }
  if (parking.isEmpty && attempts.nextStart === null) return null
  if (parking.wakeAt !== null && parking.wakeAt < environment.now() + waitPatienceMs) return null
  const times = [parking.wakeAt, attempts.nextStart, deadline].filter((time) => time !== null)
  const wakeAt = times.length > 0 ? Math.min(...times) : null
  return { kind: 'parked', wakeAt }
}
