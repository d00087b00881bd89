/** The value at a dotted path such as `address.city` or `tags.0` inside JSON; undefined where there is none. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value
  let current = value
  // A key that holds the dots itself wins: CSV columns are often called `price.usd`.
  if (isRecord(current) && Object.hasOwn(current, path)) return current[path]
  for (const key of path.split('.')) {
    if (Array.isArray(current)) current = /^\d+$/.test(key) ? (current[Number(key)] as unknown) : undefined
    else if (isRecord(current) && Object.hasOwn(current, key)) current = current[key]
    else return undefined
  }
  return current
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
