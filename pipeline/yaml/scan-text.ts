import { Lexer } from 'yaml'

/** What the lexer alone can tell of a text: its comments, and where brackets nest too deeply for the parser's stack. */
export interface ScannedText {
  comments: { offset: number; text: string }[]
  tooDeepAt: number | null
}

/** Scans a text; what only looks like a comment inside of a scalar is none. Stops where the nesting is too deep. */
export function scanText(text: string, maxDepth: number): ScannedText {
  const comments: ScannedText['comments'] = []
  let depth = 0
  let offset = 0
  let isScalar = false
  for (const token of new Lexer().lex(text)) {
    // Marks of the lexer that stand for no character: document, end of broken flow, "a scalar follows".
    if (token === '\u0002' || token === '\u0018') continue
    if (token === '\u001f') {
      isScalar = true
      continue
    }
    if (!isScalar) {
      if (token.startsWith('#')) comments.push({ offset, text: token })
      else if (token === '[' || token === '{') depth += 1
      else if (token === ']' || token === '}') depth = Math.max(0, depth - 1)
      if (depth > maxDepth) return { comments, tooDeepAt: offset }
    }
    isScalar = false
    offset += token.length
  }
  return { comments, tooDeepAt: null }
}
