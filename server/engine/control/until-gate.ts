import type { GateMaker } from '../step-gates.ts'

/** Skips what a run does not need that was asked for some steps only. */
export const untilGate: GateMaker = (host) => {
  const { until } = host.task
  if (!until) return null
  return {
    before: ({ path }) =>
      until.needs(path) ? 'go' : { kind: 'record', events: [{ type: 'step-skipped', path, reason: 'not-needed' }] },
  }
}
