/** The document path of a run path: that of `each[3].mood` is `each.mood`. */
export const documentPathOf = (path: string): string => (path.includes('[') ? path.replaceAll(/\[\d+\]/g, '') : path)
