/** Which items are looked at: index by the document path of their container. */
export type ChosenItems = ReadonlyMap<string, number>

const segmentPattern = /^([^[]+)(?:\[(\d+)\])?$/

/** Whether a run path (`each[3].mood`) lies in the chosen items; containers of which none is chosen fit with any. */
export function isInChosen(runPath: string, chosen: ChosenItems): boolean {
  if (chosen.size === 0) return true
  let path = ''
  for (const segment of runPath.split('.')) {
    const [, id = '', index] = segmentPattern.exec(segment) ?? []
    path = path === '' ? id : `${path}.${id}`
    const wanted = chosen.get(path)
    if (wanted !== undefined && index !== undefined && Number(index) !== wanted) return false
  }
  return true
}

/** Whether an item is chosen of any container around the step at this document path. */
export const isNarrowed = (path: string, chosen: ChosenItems): boolean =>
  [...chosen.keys()].some((container) => path.startsWith(`${container}.`))

/** The choice that shows exactly this run path. */
export function choiceOf(runPath: string): ChosenItems {
  const chosen = new Map<string, number>()
  let path = ''
  for (const segment of runPath.split('.')) {
    const [, id = '', index] = segmentPattern.exec(segment) ?? []
    path = path === '' ? id : `${path}.${id}`
    if (index !== undefined) chosen.set(path, Number(index))
  }
  return chosen
}
