/** The middle one of the numbers. */
export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!

/** The number that this share (0 to 1) of the numbers does not exceed. */
export const percentile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))]!

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Milliseconds of each of several times. */
export async function times(count: number, work: (index: number) => Promise<unknown>): Promise<number[]> {
  const measured: number[] = []
  for (let index = 0; index < count; index++) measured.push(await timed(() => work(index)))
  return measured
}

/** Does the work `total` times, `lanes` at a time; milliseconds for all of it. */
export async function inLanes(lanes: number, total: number, work: () => Promise<unknown>): Promise<number> {
  let begun = 0
  const lane = async (): Promise<void> => {
    while (begun < total) {
      begun += 1
      await work()
    }
  }
  return timed(() => Promise.all(Array.from({ length: lanes }, lane)))
}
