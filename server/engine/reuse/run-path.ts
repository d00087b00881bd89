/** One part of a step path: the step's id and, where the path goes on inside one of its items or turns, which. */
export interface PathPart {
  id: string
  /** Null for a last part, a body that runs once, and where every item is meant (document paths). */
  index: number | null
}

/** The parts of a run path (`each[3].mood`) or a document path (`each.mood`). */
export function parseRunPath(path: string): PathPart[] {
  return path.split('.').map((part) => {
    const bracket = part.indexOf('[')
    if (bracket < 0) return { id: part, index: null }
    return { id: part.slice(0, bracket), index: Number(part.slice(bracket + 1, -1)) }
  })
}

/** The run paths of the containers around a step, the outermost first: `a[1].b[2].c` is in `a` and in `a[1].b`. */
export function containersAround(path: string): string[] {
  const around: string[] = []
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const bracket = path.lastIndexOf('[', dot)
    around.push(path[dot - 1] === ']' ? path.slice(0, bracket) : path.slice(0, dot))
  }
  return around
}
