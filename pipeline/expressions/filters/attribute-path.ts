import { readMember } from '../members.ts'
import type { Runtime } from '../function-table.ts'
import { describe } from '../values.ts'

/** Reads `a.b.0` of items; what is missing on the way is undefined. Fails when the path is no text or number. */
export function attributeReader(runtime: Runtime, path: unknown): (item: unknown) => unknown {
  const { budget } = runtime
  let parts: (string | number)[]
  if (typeof path === 'number') parts = [path]
  else if (typeof path === 'string') parts = path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  else return budget.fail(`the attribute must be a text such as 'name' or 'address.city', got ${describe(path)}`)
  return (item) => {
    budget.charge(parts.length)
    let value = item
    for (const part of parts) {
      if (value === undefined || value === null) return undefined
      value = readMember(value, part, budget)
    }
    return value
  }
}
