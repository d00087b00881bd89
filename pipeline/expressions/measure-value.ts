import type { Expression } from './ast.ts'
import type { Budget } from './budget.ts'
import { Callable, type Dict, isDict, Namespace, setOwn } from './values.ts'
import { LoopState } from './loop-state.ts'

/**
 * Makes sure that a computed value is JSON and no larger than the budget once written out: a list that holds the same
 * list a thousand times is small in memory and huge in a journal. Values read from the scope are passed through.
 */
export function measureValue(value: object, from: Expression, budget: Budget): unknown {
  if (!isHelper(value) && isPath(from)) return value
  const walk = (current: unknown): unknown => {
    budget.allocate(8)
    if (typeof current === 'string') budget.allocate(current.length / 4)
    if (current === undefined) return null
    if (typeof current === 'bigint') return Number(current)
    if (typeof current !== 'object' || current === null) return current
    if (isHelper(current)) return budget.fail('a function or namespace cannot be the value of an expression')
    budget.enter()
    let result: unknown = current
    if (Array.isArray(current)) {
      for (let index = 0; index < current.length; index += 1) {
        const item = walk(current[index])
        if (item === current[index]) continue
        if (result === current) result = [...current]
        ;(result as unknown[])[index] = item
      }
    } else if (isDict(current)) {
      for (const key of Object.keys(current)) {
        const item = walk(current[key])
        if (item === current[key]) continue
        if (result === current) result = { ...current }
        setOwn(result as Dict, key, item)
      }
    }
    budget.leave()
    return result
  }
  return walk(value)
}

function isHelper(value: unknown): boolean {
  return value instanceof Callable || value instanceof Namespace || value instanceof LoopState
}

function isPath(node: Expression): boolean {
  let current = node
  while (current.kind === 'attribute' || current.kind === 'index') current = current.object
  return current.kind === 'name'
}
