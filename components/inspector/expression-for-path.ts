/** `load`, ['rows', 0, 'first name'] -> `load.rows[0]["first name"]`. */
export function expressionForPath(stepId: string, keys: readonly (string | number)[]): string {
  return keys.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `${text}.${key}` : `${text}[${JSON.stringify(key)}]`
  }, stepId)
}
