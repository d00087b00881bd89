const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** `load`, ['rows', 0, 'first name'] -> `load.rows[0]["first name"]`. */
export function expressionForPath(root: string, keys: readonly (string | number)[]): string {
  return keys.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return plainName.test(key) ? `${text}.${key}` : `${text}[${JSON.stringify(key)}]`
  }, root)
}

/** All values of one column of a list of rows: `load.rows | map(attribute="city") | list`. */
export function expressionForColumn(root: string, keys: readonly (string | number)[], column: string): string {
  return `${expressionForPath(root, keys)} | map(attribute=${JSON.stringify(column)}) | list`
}
