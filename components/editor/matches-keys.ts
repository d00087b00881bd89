/** Whether a key press is one of these combinations. */
export function matchesKeys(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'metaKey' | 'ctrlKey' | 'shiftKey' | 'altKey'>,
  keys: readonly string[],
): boolean {
  return keys.some((combination) => {
    // The plus itself is a key as well.
    const parts = combination === '+' ? ['+'] : combination.split('+')
    const key = parts.pop()!
    const wanted = new Set(parts)
    const printable = key.length === 1 && !/[a-z0-9]/i.test(key)
    return (
      (event.metaKey || event.ctrlKey) === wanted.has('Mod') &&
      event.altKey === wanted.has('Alt') &&
      // Characters such as ? already say whether Shift is held.
      (printable || event.shiftKey === wanted.has('Shift')) &&
      (event.key.toLowerCase() === key.toLowerCase() ||
        // Shift and Alt change the character of digits and letters on some keyboards.
        event.code === (/\d/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`))
    )
  })
}
