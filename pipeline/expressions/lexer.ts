import type { SourceRange } from './ast.ts'
import { readNumber, readString, type Token } from './read-token.ts'

/** What a template is cut into: plain text, `{{ }}`, `{% %}` and comments; raw blocks become text. */
export interface Segment extends SourceRange {
  kind: 'text' | 'output' | 'statement' | 'comment'
  /** For text: what is printed, whitespace control applied. */
  text: string
  tokens: Token[]
  /** Ranges of the delimiters, for highlighting. */
  delimiters: SourceRange[]
}

export interface LexError {
  message: string
  offset: number
}

export interface LexResult {
  segments: Segment[]
  errors: LexError[]
}

const operators = ['**', '//', '==', '!=', '<=', '>=', '&&', '||', ...'+-*/%~<>=.:|,()[]{}!&?;']
const identifier = /[\p{ID_Start}_][\p{ID_Continue}]*/uy
const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' }

/** Cuts a template into segments and tokens; whitespace control as Jinja with trim_blocks and lstrip_blocks on. */
export function lexTemplate(source: string): LexResult {
  const segments: Segment[] = []
  const errors: LexError[] = []
  let offset = 0
  let lineStarting = true
  let stripNext = false
  // After one tag with an open bracket the next tags end at their first closer: looking ahead each time would be quadratic.
  let sawUnclosed = false

  const pushText = (start: number, end: number, opener: string) => {
    let text = source.slice(start, end)
    if (stripNext) text = text.trimStart()
    const control = source[end + 2]
    if (opener !== '' && control === '-') text = text.trimEnd()
    else if ((opener === '{%' || opener === '{#') && control !== '+') {
      const lineStart = text.lastIndexOf('\n') + 1
      if ((lineStart > 0 || (lineStarting && !stripNext)) && text.slice(lineStart).trim() === '') {
        text = text.slice(0, lineStart)
      }
    }
    stripNext = false
    if (text !== '') segments.push({ kind: 'text', start, end, text, tokens: [], delimiters: [] })
  }
  /** Moves past a closing delimiter that ends at `end` and notes what happens to the whitespace after it. */
  const close = (end: number, control: string, trims: boolean) => {
    offset = end
    lineStarting = false
    if (control === '-') stripNext = true
    else if (trims && control !== '+') {
      const newline = source[end] === '\n' ? 1 : source.startsWith('\r\n', end) ? 2 : 0
      offset += newline
      lineStarting = newline > 0
    }
  }

  while (offset < source.length) {
    const start = findOpener(source, offset)
    if (start < 0) {
      pushText(offset, source.length, '')
      break
    }
    const opener = source.slice(start, start + 2)
    pushText(offset, start, opener)
    const sign = source[start + 2] === '-' || source[start + 2] === '+' ? 1 : 0
    const openEnd = start + 2 + sign
    if (opener === '{#') {
      const end = source.indexOf('#}', openEnd)
      if (end < 0) errors.push({ message: 'this comment is never closed; write #} where it ends', offset: start })
      const stop = end < 0 ? source.length : end + 2
      segments.push({ kind: 'comment', start, end: stop, text: '', tokens: [], delimiters: [] })
      close(stop, end < 0 ? '' : (source[end - 1] ?? ''), end >= 0)
      continue
    }
    const kind = opener === '{{' ? 'output' : 'statement'
    const closer = kind === 'output' ? '}}' : '%}'
    const { tokens, end, control, unclosed } = lexTag(source, openEnd, closer, errors, start, !sawUnclosed)
    sawUnclosed ||= unclosed === true
    // A tag that is still being typed has no closing delimiter.
    const isClosed = end - 2 >= openEnd && source.startsWith(closer, end - 2)
    const closeStart = isClosed ? end - 2 - control.length : end
    const segment: Segment = {
      kind,
      start,
      end,
      text: '',
      tokens,
      delimiters: [
        { start, end: openEnd },
        { start: closeStart, end },
      ],
    }
    segments.push(segment)
    close(end, control, kind === 'statement')
    if (kind === 'statement' && tokens.length === 1 && tokens[0]?.text === 'raw') {
      segments.pop()
      // Jinja does not trim the newline after the opening tag of a raw block.
      offset = end
      lineStarting = false
      const endRaw = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g
      endRaw.lastIndex = offset
      const match = endRaw.exec(source)
      if (!match)
        errors.push({ message: 'this raw block is never closed; write {% endraw %} where it ends', offset: start })
      const rawEnd = match ? match.index : source.length
      pushText(offset, rawEnd, match ? '{%' : '')
      if (match) close(rawEnd + match[0].length, match[2] ?? '', true)
      else offset = source.length
    }
  }
  return { segments, errors }
}

/** Reads a whole text as the inside of one `{{ }}`. */
export function lexBare(source: string): LexResult {
  const errors: LexError[] = []
  const { tokens } = lexTag(source, 0, '', errors, 0)
  return { segments: [{ kind: 'output', start: 0, end: source.length, text: '', tokens, delimiters: [] }], errors }
}

function findOpener(source: string, from: number): number {
  for (let at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
    const next = source[at + 1]
    if (next === '{' || next === '%' || next === '#') return at
  }
  return -1
}

function lexTag(source: string, from: number, closer: string, errors: LexError[], tagStart: number, balanced = true) {
  const tokens: Token[] = []
  const brackets: string[] = []
  let offset = from
  while (offset < source.length) {
    const character = source[offset] as string
    if (/\s/.test(character)) {
      offset += 1
      continue
    }
    if (closer !== '' && (brackets.length === 0 || closer === '%}' || !balanced)) {
      if (source.startsWith(closer, offset)) return { tokens, end: offset + 2, control: '' }
      if ((character === '-' || character === '+') && source.startsWith(closer, offset + 1)) {
        return { tokens, end: offset + 3, control: character }
      }
    }
    const start = offset
    if (character >= '0' && character <= '9') {
      const token = readNumber(source, offset)
      tokens.push(token)
      offset = token.end
      continue
    }
    if (character === '"' || character === "'") {
      const token = readString(source, offset)
      if (token) {
        tokens.push(token)
        offset = token.end
        continue
      }
      errors.push({ message: `this text is never closed; write ${character} where it ends`, offset: start })
      const end = recover(source, start + 1, closer)
      tokens.push({ kind: 'invalid', text: source.slice(start, end), start, end })
      return { tokens, end: Math.min(source.length, end + (end < source.length ? closer.length : 0)), control: '' }
    }
    identifier.lastIndex = offset
    const name = identifier.exec(source)
    if (name) {
      offset += name[0].length
      tokens.push({ kind: 'name', text: name[0], start, end: offset })
      continue
    }
    const operator = operators.find((candidate) => source.startsWith(candidate, start))
    if (operator) {
      offset += operator.length
      if (closers[operator]) brackets.push(closers[operator])
      else if (brackets.at(-1) === operator) brackets.pop()
      tokens.push({ kind: 'operator', text: operator, start, end: offset })
      continue
    }
    const symbol = String.fromCodePoint(source.codePointAt(offset) as number)
    errors.push({ message: `unexpected character ${JSON.stringify(symbol)}`, offset })
    offset += symbol.length
    tokens.push({ kind: 'invalid', text: symbol, start, end: offset })
  }
  if (closer !== '') {
    errors.push({
      message: `this ${closer === '}}' ? '{{' : '{%'} is never closed; write ${closer} where it ends`,
      offset: tagStart,
    })
    // A bracket left open hides the closer: take the first one after the tag's start, so that the rest is still read.
    const end = source.indexOf(closer, from)
    if (end >= 0)
      return { tokens: tokens.filter((token) => token.end <= end), end: end + 2, control: '', unclosed: true }
  }
  return { tokens, end: source.length, control: '' }
}

function recover(source: string, from: number, closer: string): number {
  const end = closer === '' ? -1 : source.indexOf(closer, from)
  return end < 0 ? source.length : end
}
