const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * A text that sorts strictly between two others (null = open end), so that two people who insert at once never have to
 * renumber what the other one sees. `low` must sort before `high`.
 */
export function orderBetween(low: string | null, high: string | null): string {
  let prefix = ''
  let bounded = high !== null
  for (let index = 0; ; index++) {
    const from = index < (low?.length ?? 0) ? digits.indexOf(low![index]!) : 0
    const to = bounded ? digits.indexOf(high![index] ?? '0') : digits.length
    if (to - from > 1) {
      // At an open end one step on is enough: halving would make appended texts grow quickly.
      return prefix + digits[high === null && from > 0 ? from + 1 : (from + to) >> 1]
    }
    prefix += digits[from]
    if (to > from) bounded = false
  }
}

/** `count` texts in rising order between two others, spread evenly so that they stay short. */
export function ordersBetween(low: string | null, high: string | null, count: number): string[] {
  if (count <= 0) return []
  if (count === 1) return [orderBetween(low, high)]
  const before = Math.floor(count / 2)
  const middle = orderBetween(low, high)
  return [...ordersBetween(low, middle, before), middle, ...ordersBetween(middle, high, count - before - 1)]
}

/**
 * New orders for a list: keeps as many of the present ones as can stay (a longest rising run) and gives the others new
 * ones between their neighbours. Null entries have none yet.
 */
export function reorder(present: readonly (string | null)[]): string[] {
  const kept = longestRising(present)
  const result: string[] = present.map((order) => order ?? '')
  let index = 0
  while (index < present.length) {
    if (kept.has(index)) {
      index++
      continue
    }
    let end = index
    while (end < present.length && !kept.has(end)) end++
    const fresh = ordersBetween(
      index > 0 ? result[index - 1]! : null,
      end < present.length ? present[end]! : null,
      end - index,
    )
    for (const [offset, order] of fresh.entries()) result[index + offset] = order
    index = end
  }
  return result
}

function longestRising(present: readonly (string | null)[]): Set<number> {
  const tails: number[] = []
  const previous: number[] = []
  for (const [index, order] of present.entries()) {
    previous.push(-1)
    if (order === null) continue
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (present[tails[middle]!]! < order) low = middle + 1
      else high = middle
    }
    if (low > 0) previous[index] = tails[low - 1]!
    tails[low] = index
  }
  const kept = new Set<number>()
  for (let index = tails.at(-1) ?? -1; index >= 0; index = previous[index]!) kept.add(index)
  return kept
}
