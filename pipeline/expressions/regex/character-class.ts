import type { Matcher } from './regex-program.ts'

const wordPattern = /[\p{L}\p{N}\p{M}_]/u
const digitPattern = /\p{Nd}/u
const spacePattern = /\s/u

/** Whether a code point belongs to a word. */
export function isWord(code: number): boolean {
  if (code < 128)
    return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
  return wordPattern.test(String.fromCodePoint(code))
}

const isDigit: Matcher = (code) =>
  code < 128 ? code >= 48 && code <= 57 : digitPattern.test(String.fromCodePoint(code))
const isSpace: Matcher = (code) =>
  code < 128 ? code === 32 || (code >= 9 && code <= 13) : spacePattern.test(String.fromCodePoint(code))

const escapes: Record<string, Matcher> = {
  w: isWord,
  W: (code) => !isWord(code),
  d: isDigit,
  D: (code) => !isDigit(code),
  s: isSpace,
  S: (code) => !isSpace(code),
}

/** The class that `\w`, `\d`, `\s` or its opposite means, null for other letters. */
export function classEscape(letter: string): Matcher | null {
  return Object.hasOwn(escapes, letter) ? (escapes[letter] as Matcher) : null
}

/** A code point in the case that comparisons without regard to case use. */
export function foldCase(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code
  return String.fromCodePoint(code).toLowerCase().codePointAt(0) as number
}

/** The test of a `[...]`. */
export function characterClass(
  ranges: [number, number][],
  classes: Matcher[],
  negated: boolean,
  ignoreCase: boolean,
): Matcher {
  const holds: Matcher = (code) => {
    for (const [low, high] of ranges) if (code >= low && code <= high) return true
    for (const test of classes) if (test(code)) return true
    return false
  }
  const upper = (code: number) => String.fromCodePoint(code).toUpperCase().codePointAt(0) as number
  const folded: Matcher = ignoreCase ? (code) => holds(code) || holds(foldCase(code)) || holds(upper(code)) : holds
  return negated ? (code) => !folded(code) : folded
}
