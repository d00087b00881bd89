import { lexBare, lexTemplate, type Segment } from './lexer.ts'
import type { Token } from './read-token.ts'
import { readPathTokens } from './scan-names.ts'

/** What may be typed at a place of a text, for completion. */
export interface CompletionContext {
  /** `name`: a root name; `attribute`: a field of `path`; `filter`, `test`, `statement`: such a name; `none`: nothing fits. */
  position: 'name' | 'attribute' | 'filter' | 'test' | 'statement' | 'none'
  /** The path left of the word being typed: `load.rows[0].te|` gives `['load', 'rows', 0]`. Null when it is not a static path. */
  path: (string | number)[] | null
  /** The word being typed, up to the cursor. */
  prefix: string
  /** Where the word starts and ends: what a completion replaces. */
  from: number
  to: number
  inFilterPosition: boolean
  /** Loop and set variables visible here, with the static path a loop variable runs over when there is one. */
  locals: { name: string; over: (string | number)[] | null }[]
}

const operands = new Set(['and', 'or', 'not', 'in', 'if', 'else', 'elif', 'set', 'do', 'for', 'with'])

/** The completion context at an offset, or null outside of expressions. `bare` reads the text as one expression. */
export function expressionAt(text: string, offset: number, options: { bare?: boolean } = {}): CompletionContext | null {
  const isBare = options.bare === true && !text.includes('{{') && !text.includes('{%')
  const segments = isBare ? lexBare(text).segments : lexTemplate(text).segments
  const segment = segments.find((candidate) => contains(candidate, offset, isBare))
  if (!segment) return null
  const current = segment.tokens.find((token) => token.start < offset && offset <= token.end)
  const isWord = current?.kind === 'name'
  const left = segment.tokens.filter((token) => token.end <= offset && token !== current)
  const from = isWord ? current.start : offset
  const base = {
    path: null,
    prefix: text.slice(from, offset),
    from,
    to: isWord ? current.end : offset,
    inFilterPosition: false,
    locals: localsBefore(segments, segment),
  }
  if (current && !isWord && current.kind !== 'operator') return { ...base, position: 'none' }
  // A mark that the cursor stands right behind is to the left of it.
  const before = current && !isWord ? [...left, current] : left
  const last = before.at(-1)
  if (!last) return { ...base, position: segment.kind === 'statement' ? 'statement' : 'name' }
  if (last.text === '|') return { ...base, position: 'filter', inFilterPosition: true }
  if (last.text === 'is' || (last.text === 'not' && before.at(-2)?.text === 'is')) return { ...base, position: 'test' }
  if (last.text === '.' && last.kind === 'operator')
    return { ...base, position: 'attribute', path: pathEndingAt(before.slice(0, -1)) }
  const follows =
    last.kind === 'operator' ? !')]}'.includes(last.text) : last.kind === 'name' && operands.has(last.text)
  return { ...base, position: follows ? 'name' : 'none' }
}

function contains(segment: Segment, offset: number, isBare: boolean): boolean {
  if (isBare) return true
  const [open, close] = segment.delimiters
  if (!open || !close) return false
  return offset >= open.end && offset <= close.start
}

function pathEndingAt(tokens: readonly Token[]): (string | number)[] | null {
  for (let index = tokens.length - 1; index >= 0; index -= 1) {
    const token = tokens[index] as Token
    if (token.kind !== 'name' || tokens[index - 1]?.text === '.') continue
    const { path, next } = readPathTokens(tokens, index + 1)
    return next === tokens.length ? [token.text, ...path] : null
  }
  return null
}

function localsBefore(segments: readonly Segment[], current: Segment): CompletionContext['locals'] {
  const open: CompletionContext['locals'][] = [[]]
  for (const segment of segments) {
    if (segment === current) break
    if (segment.kind !== 'statement') continue
    const [word, ...tokens] = segment.tokens
    if (word?.text === 'for') {
      const at = tokens.findIndex((token) => token.text === 'in')
      const names = tokens.slice(0, Math.max(0, at)).filter((token) => token.kind === 'name')
      const root = tokens[at + 1]
      const path = root?.kind === 'name' ? readPathTokens(tokens, at + 2) : null
      const isWhole = path !== null && (path.next === tokens.length || tokens[path.next]?.text === 'if')
      const over = isWhole && names.length === 1 && root ? [root.text, ...path.path] : null
      open.push([...names.map((name) => ({ name: name.text, over })), { name: 'loop', over: null }])
    } else if (word?.text === 'endfor' && open.length > 1) open.pop()
    else if (word?.text === 'set' && tokens[0]?.kind === 'name' && tokens[1]?.text !== '.') {
      open.at(-1)?.push({ name: tokens[0].text, over: null })
    }
  }
  return open.flat().reverse()
}
