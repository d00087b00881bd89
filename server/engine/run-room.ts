/** Fetching more at a time would let one worker hoard what others could do. */
const fetchLimit = 50
/** Runs whose steps all wait at shared limits take no place from others, up to this many times the usual number. */
const heldFactor = 10

/** How many more runs a process may take: those that only wait at limits do not count, since they may wait for hours. */
export function roomForRuns(
  runs: Iterable<{ executor: { isHeld: boolean } | null }>,
  size: number,
  maxRuns: number,
): number {
  let held = 0
  if (size >= maxRuns) for (const { executor } of runs) if (executor?.isHeld) held += 1
  return Math.min(maxRuns - (size - held), maxRuns * heldFactor - size, fetchLimit)
}
