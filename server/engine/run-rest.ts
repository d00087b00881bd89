import type { RunEnding } from './executor-types.ts'
import type { RunChange } from './journal-types.ts'
import type { Parking } from './parking.ts'
import type { RunHost } from './run-host.ts'
import type { StepAttempts } from './step-attempts.ts'

/** A step that tries again within this time is waited for in memory. */
const patienceMs = 5_000

/** How a run rests, with what its row says then; null as long as there is something to do. */
export function restOf(
  host: RunHost,
  attempts: StepAttempts,
  parking: Parking,
): { ending: RunEnding; change: RunChange } | null {
  const { state } = host
  if (state.status !== 'running' || attempts.isAnyAtWork(patienceMs)) return null
  if (state.paused) return { ending: { kind: 'paused' }, change: { status: 'paused' } }
  if (parking.isEmpty) return null
  const times = [parking.wakeAt, attempts.nextStart].filter((time) => time !== null)
  const wakeAt = times.length > 0 ? Math.min(...times) : null
  return { ending: { kind: 'parked', wakeAt }, change: { status: 'waiting' } }
}
