import type { SourceRange } from './ast.ts'

/** One token inside a tag; `value` is the meaning of a number or text literal. */
export interface Token extends SourceRange {
  kind: 'name' | 'number' | 'string' | 'operator' | 'invalid'
  text: string
  value?: string | number
}

const numberPattern = /0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?/y
const escapePattern = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(\r?\n)|([\s\S]))/g
const simpleEscapes: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** Reads the number literal at an offset that holds a digit. */
export function readNumber(source: string, start: number): Token {
  numberPattern.lastIndex = start
  const text = numberPattern.exec(source)?.[0] ?? (source[start] as string)
  const value = Number(text.replaceAll('_', ''))
  return { kind: 'number', text, value, start, end: start + text.length }
}

/** Reads the text literal at an offset that holds a quote; null when it is never closed. */
export function readString(source: string, start: number): Token | null {
  const quote = source[start]
  let end = start + 1
  let escaped = false
  while (end < source.length && source[end] !== quote) {
    if (source[end] === '\\') {
      escaped = true
      end += 1
    }
    end += 1
  }
  if (end >= source.length) return null
  const inner = source.slice(start + 1, end)
  end += 1
  return { kind: 'string', text: source.slice(start, end), value: escaped ? unescape(inner) : inner, start, end }
}

function unescape(text: string): string {
  return text.replace(escapePattern, (whole, hex2, hex4, hex8, newline, single) => {
    const hex: string | undefined = hex2 ?? hex4 ?? hex8
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    }
    if (newline !== undefined) return ''
    // An unknown escape keeps its backslash, so that patterns such as '\d+' need no doubling.
    return simpleEscapes[single as string] ?? whole
  })
}
