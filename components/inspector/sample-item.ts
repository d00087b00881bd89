import type { RunView } from '#pipeline/run-view.ts'

/** How many items are looked at in search of one that went well. */
const searched = 1_000

/** The item whose values stand for all of a container: the first that did not fail. */
export function sampleItemIndex(view: RunView, containerRunPath: string): number {
  const items = view.steps.get(containerRunPath)?.items
  if (!items || items.failures.length === 0) return 0
  const failed = new Set(items.failures.map(({ index }) => index))
  for (let index = 0; index < Math.min(items.count, searched); index++) if (!failed.has(index)) return index
  return 0
}

/** Whether the body of a container ran once (a try, a called pipeline), so that its steps have no index. */
function runsOnce(view: RunView, containerRunPath: string): boolean {
  const step = view.steps.get(containerRunPath)
  return step !== undefined && step.entered && step.items === null && step.loop === null
}

/** The run path of a step with the sample items of the containers around it: `each.mood` -> `each[0].mood`. */
export function sampleRunPath(view: RunView, documentPath: string): string {
  const [first, ...rest] = documentPath.split('.') as [string, ...string[]]
  return rest.reduce(
    (path, id) => `${path}${runsOnce(view, path) ? '' : `[${sampleItemIndex(view, path)}]`}.${id}`,
    first,
  )
}
