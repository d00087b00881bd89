import type { Expression, NameExpression, Target } from './ast.ts'
import type { Token } from './read-token.ts'

/** A syntax problem found while parsing, at an offset of the source. */
export class SyntaxProblem extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** How deep brackets, blocks and operators may nest: far above any written text, far below the stack. */
export const maxNesting = 100
/** How high a chain such as `a.b.c` or `1 + 1 + 1` may grow. */
export const maxChain = 400

/** The words that are values. */
export const constants: Record<string, boolean | null> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}
/** The words that are operators. */
export const keywords = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else'])
const hints: Record<string, string> = {
  '&&': ' (write `and`)',
  '||': ' (write `or`)',
  '!': ' (write `not`)',
  '&': ' (write `and`)',
  '?': ' (write `a if condition else b`)',
  '=': ' (write == to compare)',
}

/** Steps through the tokens of one tag; throws SyntaxProblem. */
export class TokenReader {
  readonly tokens: Token[]
  /** Offset of the end of the tag's inside, where "unexpected end" points. */
  readonly end: number
  position = 0
  protected nesting = 0

  constructor(tokens: Token[], end: number) {
    this.tokens = tokens
    this.end = end
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.position + ahead]
  }

  is(text: string, ahead = 0): boolean {
    const token = this.tokens[this.position + ahead]
    return token !== undefined && token.text === text && token.kind !== 'string'
  }

  take(text: string): boolean {
    if (!this.is(text)) return false
    this.position += 1
    return true
  }

  expect(text: string, purpose: string): Token {
    const token = this.peek()
    if (!token || !this.is(text)) throw this.unexpected(`expected "${text}" ${purpose}`)
    this.position += 1
    return token
  }

  unexpected(expectation: string): SyntaxProblem {
    const token = this.peek()
    if (!token) return new SyntaxProblem(`${expectation}, but the expression ends here`, this.end)
    const hint = token.kind === 'operator' ? (hints[token.text] ?? '') : ''
    return new SyntaxProblem(`${expectation}, but found ${JSON.stringify(shorten(token.text))}${hint}`, token.start)
  }

  expectEnd(): void {
    if (this.position < this.tokens.length) throw this.unexpected('expected the end of the expression')
  }

  expectName(purpose: string): NameExpression {
    const token = this.peek()
    if (token?.kind !== 'name') throw this.unexpected(`expected ${purpose}`)
    if (keywords.has(token.text) || token.text in constants) {
      throw new SyntaxProblem(`"${token.text}" is a word of the language and cannot be ${purpose}`, token.start)
    }
    this.position += 1
    return { kind: 'name', name: token.text, start: token.start, end: token.end, depth: 1 }
  }

  /** `a`, `a, b`, `(a, b)` or `namespace.attribute`: what `for` and `set` write to. */
  parseTarget(): Target {
    const parenthesized = this.take('(')
    const first = this.expectName('a variable name')
    if (!parenthesized && this.is('.')) {
      this.position += 1
      const name = this.expectName('an attribute name')
      return { kind: 'member', object: first, name: name.name, start: first.start, end: name.end, depth: 2 }
    }
    const items = [first]
    while (this.take(',')) {
      if (this.peek()?.kind !== 'name' || this.is('in')) break
      items.push(this.expectName('a variable name'))
    }
    if (parenthesized) this.expect(')', 'to close the list of names')
    const last = items.at(-1) as NameExpression
    return items.length === 1 ? first : { kind: 'names', items, start: first.start, end: last.end, depth: 2 }
  }

  previousEnd(): number {
    return this.tokens[this.position - 1]?.end ?? this.end
  }

  protected enter(): void {
    this.nesting += 1
    if (this.nesting > maxNesting) {
      throw new SyntaxProblem(`this is nested more than ${maxNesting} levels deep`, this.peek()?.start ?? this.end)
    }
  }
}

type WithoutBase<T> = T extends unknown ? Omit<T, 'start' | 'end' | 'depth'> : never

/** A node with its range and height; throws SyntaxProblem when it is too high. */
export function node<Shape extends WithoutBase<Expression>>(
  shape: Shape,
  start: number,
  end: number,
  children: Expression[],
) {
  let depth = 1
  for (const child of children) if (child.depth >= depth) depth = child.depth + 1
  if (depth > maxChain) throw new SyntaxProblem(`this expression has more than ${maxChain} levels`, start)
  return { ...shape, start, end, depth } as Shape & { start: number; end: number; depth: number }
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text
}
