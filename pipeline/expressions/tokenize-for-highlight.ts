import { lexBare, lexTemplate, type Segment } from './lexer.ts'
import { statements } from './parse-template.ts'
import type { Token } from './read-token.ts'

export type HighlightKind =
  | 'delimiter'
  | 'keyword'
  | 'name'
  | 'property'
  | 'filter'
  | 'function'
  | 'string'
  | 'number'
  | 'operator'
  | 'punctuation'
  | 'comment'
  | 'error'

/** A coloured range of a text; ranges are in order and do not overlap, plain text has none. */
export interface HighlightRange {
  start: number
  end: number
  kind: HighlightKind
}

const words = new Set('and or not in is if else true false none True False None recursive'.split(' '))
const statementWords = new Set(statements)

/** The coloured ranges of a text with expressions; `bare` reads the text as one expression. */
export function tokenizeForHighlight(text: string, options: { bare?: boolean } = {}): HighlightRange[] {
  const isBare = options.bare === true && !text.includes('{{') && !text.includes('{%')
  const { segments } = isBare ? lexBare(text) : lexTemplate(text)
  const ranges: HighlightRange[] = []
  for (const segment of segments) {
    const { start, end, kind } = segment
    if (kind === 'comment') ranges.push({ start, end, kind })
    const [open, close] = segment.delimiters
    if (open) ranges.push({ ...open, kind: 'delimiter' })
    segment.tokens.forEach((token, index) => {
      ranges.push({ start: token.start, end: token.end, kind: kindOf(token, index, segment) })
    })
    if (close && close.end > close.start && close.start >= (ranges.at(-1)?.end ?? 0))
      ranges.push({ ...close, kind: 'delimiter' })
  }
  return ranges
}

function kindOf(token: Token, index: number, segment: Segment): HighlightKind {
  if (token.kind === 'string' || token.kind === 'number') return token.kind
  if (token.kind === 'invalid') return 'error'
  const before = segment.tokens[index - 1]?.text
  if (token.kind === 'operator') return '()[]{},:.'.includes(token.text) ? 'punctuation' : 'operator'
  if (segment.kind === 'statement' && index === 0 && statementWords.has(token.text)) return 'keyword'
  if (before === '|') return 'filter'
  if (before === 'is' && token.text !== 'not') return 'filter'
  if (before === 'not' && segment.tokens[index - 2]?.text === 'is') return 'filter'
  if (segment.tokens[index + 1]?.text === '(' && !words.has(token.text)) return 'function'
  if (before === '.') return 'property'
  return words.has(token.text) ? 'keyword' : 'name'
}
