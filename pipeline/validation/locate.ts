import type { ErrorPlace } from '../errors.ts'
import { formatField, type NodePath } from '../node-path.ts'
import type { Positions } from '../yaml/positions.ts'

/** The step and field of a node, as problems name them, with line and column when the text is known. */
export function locate(
  document: unknown,
  path: NodePath,
  positions?: Positions,
  options: { offset?: number; key?: boolean } = {},
): ErrorPlace {
  const ids: string[] = []
  let node = document
  let depth = 0
  while (path[depth] === 'steps' && typeof path[depth + 1] === 'number') {
    node = childOf(childOf(node, 'steps'), path[depth + 1] as number)
    const id = childOf(node, 'id')
    ids.push(typeof id === 'string' && id !== '' ? id : `#${(path[depth + 1] as number) + 1}`)
    depth += 2
  }
  const field = formatField(path.slice(depth))
  return {
    ...(ids.length > 0 ? { step: ids.join('.') } : {}),
    ...(field === '' ? {} : { field }),
    ...positions?.at(path, options),
  }
}

/** The entry of a map or list, or undefined for anything else; own keys only. */
export function childOf(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<string | number, unknown>)[key]
}
