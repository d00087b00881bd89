import type { Step } from '#pipeline/document.ts'

const sourceOf = (need: string): string => need.split('.')[0]!

/** Whether a step with `taken` of its `needed` edges taken, and none open, runs. */
export function runsAfter(step: Step, taken: number, needed: number): boolean {
  if (needed === 0) return true
  if (step.type !== 'merge') return taken === needed
  const mode = String(step.with?.['mode'] ?? 'any')
  if (mode === 'all') return taken === needed
  if (mode === 'count') return taken >= Number(step.with?.['count'])
  return taken > 0
}

/** Ids of the steps from which every way forward leads to this one. */
export function raceLosers(steps: readonly Step[], race: string): Set<string> {
  const leadsOnlyThere = (id: string): boolean => {
    if (id === race) return true
    const followers = steps.filter(({ needs }) => needs?.some((need) => sourceOf(need) === id))
    return followers.length > 0 && followers.every((follower) => leadsOnlyThere(follower.id))
  }
  return new Set(steps.map(({ id }) => id).filter((id) => id !== race && leadsOnlyThere(id)))
}
