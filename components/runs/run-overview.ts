import type { ApiOutputs } from '#components/api/api.tsx'
import type { StepStatus } from '#pipeline/events.ts'
import { type RunView, type StepView, stepViewOf } from '#pipeline/run-view.ts'
import type { BodyGroup } from './step-index.ts'

type Overview = ApiOutputs['runs']['view']

export interface RunSeed {
  view: RunView
  groups: BodyGroup[]
  open: { path: string; status: StepStatus }[]
}

/** A run folded by the server as the feed's own view: live events after its number fold on. */
export function seedOf({ steps, groups, open, ...rest }: Overview): RunSeed {
  const known = new Map<string, StepView>()
  const add = (step: StepView): void => void known.set(step.path, step)
  for (const step of steps as StepView[]) add(step)
  for (const group of groups) {
    for (const step of [group.latest, group.latestOutput, group.latestFailure]) if (step) add(step as StepView)
  }
  const view: RunView = { ...(rest as Omit<RunView, 'steps'>), steps: known }
  for (const { path, status } of open) if (!known.has(path)) add({ ...stepViewOf(view, path), status })
  return {
    view,
    groups: groups.map(({ path, counts, latest, latestOutput, latestFailure }) => ({
      path,
      counts,
      latest: latest.path,
      latestOutput: latestOutput?.path ?? null,
      latestFailure: latestFailure?.path ?? null,
    })),
    open,
  }
}

/** The view with steps it did not know; its totals count them already. */
export const withSteps = (view: RunView, steps: readonly StepView[]): RunView => ({
  ...view,
  steps: new Map([...view.steps, ...steps.map((step): [string, StepView] => [step.path, step])]),
})
