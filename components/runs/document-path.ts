/** The step in the document that a run path belongs to: `each[3].mood` -> `each.mood`. */
export const documentPathOf = (path: string): string => path.replace(/\[\d+\]/g, '')

/** The item indexes in a run path: `outer[2].inner[0].x` -> [2, 0]. */
export const itemIndexesOf = (path: string): number[] =>
  [...path.matchAll(/\[(\d+)\]/g)].map((match) => Number(match[1]))
