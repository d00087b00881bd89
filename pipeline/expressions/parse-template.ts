import type { Expression, FilterCall, MacroParameter, Target, Template, TemplateNode } from './ast.ts'
import { type LexResult, lexBare, lexTemplate, type Segment } from './lexer.ts'
import { ExpressionParser } from './parse-expression.ts'
import { maxNesting, SyntaxProblem } from './token-reader.ts'
import { placeOf } from './place-of.ts'
import { createTextCache } from './text-cache.ts'

const maxErrors = 50
const cache = createTextCache<Template>()
const conditionCache = createTextCache<Template>()
const closing: Record<string, string> = {
  if: 'endif',
  for: 'endfor',
  set: 'endset',
  filter: 'endfilter',
  with: 'endwith',
  macro: 'endmacro',
  call: 'endcall',
}
const middles = new Set(['elif', 'else'])
const closers = new Set(Object.values(closing))
const unsupported = new Set(['include', 'import', 'from', 'extends', 'block', 'autoescape', 'trans'])
const statementNames = [...Object.keys(closing), 'elif', 'else', ...closers, 'do', 'break', 'continue', 'raw', 'endraw']

/** The words that may start a `{% %}`. */
export const statements: readonly string[] = statementNames

/** Parses a text with expressions; never throws, errors are in the result. Results are cached by text. */
export function parseTemplate(source: string): Template {
  return cache(source, () => build(source, lexTemplate(source), false))
}

/** Parses a condition: a bare expression, or a text with expressions when it has delimiters. */
export function parseCondition(source: string): Template {
  return conditionCache(source, () => {
    if (!source.includes('{{') && !source.includes('{%')) return build(source, lexBare(source), true)
    const template = parseTemplate(source)
    const [only, second] = template.nodes.filter((node) => node.kind !== 'text' || node.text.trim() !== '')
    return { ...template, lone: only?.kind === 'output' && second === undefined ? only.expression : null }
  })
}

function build(source: string, lexed: LexResult, bare: boolean): Template {
  const parser = new TemplateParser(lexed, bare)
  const nodes = parser.parse()
  const problems = [...parser.problems].sort((left, right) => left.offset - right.offset).slice(0, maxErrors)
  const errors = problems.map(({ message, offset }) => {
    const bounded = Math.min(offset, source.length)
    return { message, offset: bounded, ...placeOf(source, bounded) }
  })
  const [only, second] = nodes
  const lone = only?.kind === 'output' && second === undefined ? only.expression : null
  return { source, nodes, errors, lone }
}

interface Body {
  nodes: TemplateNode[]
  /** The segment that ended the body, null at the end of the text. */
  stop: Segment | null
  word: string
}

/** Reads statements and outputs; a broken tag becomes an error node and reading goes on after it. */
class TemplateParser {
  readonly problems: { message: string; offset: number }[]
  private readonly segments: Segment[]
  private readonly bare: boolean
  private position = 0
  private nesting = 0

  constructor(lexed: LexResult, bare: boolean) {
    this.segments = lexed.segments
    this.problems = lexed.errors
    this.bare = bare
  }

  parse(): TemplateNode[] {
    const nodes: TemplateNode[] = []
    for (;;) {
      const body = this.parseBody()
      for (const node of body.nodes) nodes.push(node)
      if (!body.stop) return nodes
      this.problem(
        `{% ${body.word} %} has no block to ${middles.has(body.word) ? 'belong to' : 'close'}`,
        body.stop.start,
      )
    }
  }

  private problem(message: string, offset: number): void {
    this.problems.push({ message, offset })
  }

  private parseBody(): Body {
    const nodes: TemplateNode[] = []
    while (this.position < this.segments.length) {
      const segment = this.segments[this.position] as Segment
      this.position += 1
      if (segment.kind === 'comment') continue
      if (segment.kind === 'text') {
        nodes.push({ kind: 'text', text: segment.text, start: segment.start, end: segment.end })
        continue
      }
      const word = segment.kind === 'statement' ? (segment.tokens[0]?.text ?? '') : ''
      if (middles.has(word) || closers.has(word)) return { nodes, stop: segment, word }
      nodes.push(this.guard(segment, (parser) => this.parseSegment(segment, word, parser)))
    }
    return { nodes, stop: null, word: '' }
  }

  private guard(segment: Segment, read: (parser: ExpressionParser) => TemplateNode): TemplateNode {
    const { start, end } = segment
    // Nobody reads the thousandth error: a text made of errors is not worth the time.
    if (this.problems.length > 4 * maxErrors) return { kind: 'error', start, end }
    const close = segment.delimiters[1]
    const parser = new ExpressionParser(segment.tokens, close ? close.start : end)
    try {
      return read(parser)
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error
      this.problem(error.message, error.offset)
      return { kind: 'error', start, end }
    }
  }

  private parseSegment(segment: Segment, word: string, parser: ExpressionParser): TemplateNode {
    const { start, end } = segment
    if (segment.kind === 'output') {
      if (segment.tokens.length === 0) {
        throw new SyntaxProblem(
          this.bare ? 'the expression is empty' : 'expected an expression between {{ and }}',
          start,
        )
      }
      const expression = parser.parseTuple()
      parser.expectEnd()
      return { kind: 'output', expression, start, end }
    }
    parser.position = 1
    if (Object.hasOwn(closing, word)) {
      if (this.nesting >= maxNesting)
        throw new SyntaxProblem(`blocks are nested more than ${maxNesting} levels deep`, start)
      this.nesting += 1
      try {
        return this.parseBlock(segment, word, parser)
      } finally {
        this.nesting -= 1
      }
    }
    if (word === 'do') {
      const expression = parser.parseTuple()
      parser.expectEnd()
      return { kind: 'do', expression, start, end }
    }
    if (word === 'break' || word === 'continue') {
      parser.expectEnd()
      return { kind: word, start, end }
    }
    if (word === '') throw new SyntaxProblem('expected a statement between {% and %}', start)
    const reason = unsupported.has(word) ? 'is not available here' : 'is not a statement'
    throw new SyntaxProblem(
      `"${word}" ${reason}; there are ${statementNames.join(', ')}`,
      segment.tokens[0]?.start ?? start,
    )
  }

  private parseBlock(segment: Segment, word: string, parser: ExpressionParser): TemplateNode {
    const { start } = segment
    if (word === 'if') return this.parseIf(segment, parser)
    if (word === 'for') return this.parseFor(segment, parser)
    if (word === 'set') return this.parseSet(segment, parser)
    if (word === 'filter') {
      const filters = this.parseFilterCalls(parser, true)
      parser.expectEnd()
      return { kind: 'filter-block', filters, body: this.closeBlock(segment, word), start, end: this.previousEnd() }
    }
    if (word === 'with') {
      const bindings: { target: Target; value: Expression }[] = []
      while (parser.peek()) {
        const target = parser.parseTarget()
        parser.expect('=', 'between a name and its value')
        bindings.push({ target, value: parser.parseExpression() })
        if (!parser.take(',')) break
      }
      parser.expectEnd()
      return { kind: 'with', bindings, body: this.closeBlock(segment, word), start, end: this.previousEnd() }
    }
    if (word === 'macro') {
      const name = parser.expectName('the name of the macro')
      const parameters = this.parseParameters(parser)
      parser.expectEnd()
      return { kind: 'macro', name, parameters, body: this.closeBlock(segment, word), start, end: this.previousEnd() }
    }
    const parameters = parser.is('(') ? this.parseParameters(parser) : []
    const call = parser.parseExpression()
    if (call.kind !== 'call') throw new SyntaxProblem('expected the call of a macro', call.start)
    parser.expectEnd()
    return {
      kind: 'call-block',
      call,
      parameters,
      body: this.closeBlock(segment, word),
      start,
      end: this.previousEnd(),
    }
  }

  private parseIf(segment: Segment, parser: ExpressionParser): TemplateNode {
    const branches: { test: Expression; body: TemplateNode[] }[] = []
    const test = this.parseTestOf(parser)
    let body = this.parseBody()
    branches.push({ test, body: body.nodes })
    while (body.stop && body.word === 'elif') {
      const elif = this.parseElif(body.stop)
      body = this.parseBody()
      branches.push({ test: elif, body: body.nodes })
    }
    let otherwise: TemplateNode[] | null = null
    if (body.word === 'else') {
      body = this.parseBody()
      otherwise = body.nodes
    }
    this.checkClosed(segment, 'if', body)
    return { kind: 'if', branches, otherwise, start: segment.start, end: this.previousEnd() }
  }

  private parseElif(segment: Segment): Expression {
    const { start, end } = segment
    const read = this.guard(segment, (parser) => {
      parser.position = 1
      return { kind: 'output', expression: this.parseTestOf(parser), start, end }
    })
    return read.kind === 'output' ? read.expression : { kind: 'literal', value: null, start, end, depth: 1 }
  }

  private parseTestOf(parser: ExpressionParser): Expression {
    const test = parser.parseTuple()
    parser.expectEnd()
    return test
  }

  private parseFor(segment: Segment, parser: ExpressionParser): TemplateNode {
    const target = parser.parseTarget()
    if (target.kind === 'member') throw new SyntaxProblem('a loop variable must be a plain name', target.start)
    parser.expect('in', 'after the loop variable')
    const iterable = parser.parseTuple({ conditional: false })
    const condition = parser.take('if') ? parser.parseExpression() : null
    const recursive = parser.take('recursive')
    parser.expectEnd()
    const first = this.parseBody()
    let last = first
    let otherwise: TemplateNode[] | null = null
    if (first.word === 'else') {
      last = this.parseBody()
      otherwise = last.nodes
    }
    this.checkClosed(segment, 'for', last)
    const range = { start: segment.start, end: this.previousEnd() }
    return { kind: 'for', target, iterable, condition, recursive, body: first.nodes, otherwise, ...range }
  }

  private parseSet(segment: Segment, parser: ExpressionParser): TemplateNode {
    const target = parser.parseTarget()
    const { start } = segment
    if (parser.take('=')) {
      const targets = [target]
      const value = parser.parseTuple()
      parser.expectEnd()
      return { kind: 'set', targets, value, start, end: segment.end }
    }
    const filters = parser.is('|') ? this.parseFilterCalls(parser, false) : []
    if (parser.peek()) throw parser.unexpected('expected = and a value')
    return { kind: 'set-block', target, filters, body: this.closeBlock(segment, 'set'), start, end: this.previousEnd() }
  }

  private parseFilterCalls(parser: ExpressionParser, first: boolean): FilterCall[] {
    const filters: FilterCall[] = []
    if (first) filters.push(parser.parseFilterCall())
    while (parser.take('|')) filters.push(parser.parseFilterCall())
    return filters
  }

  private parseParameters(parser: ExpressionParser): MacroParameter[] {
    const parameters: MacroParameter[] = []
    parser.expect('(', 'to open the parameters')
    while (!parser.is(')')) {
      const target = parser.expectName('a parameter name')
      parameters.push({ target, value: parser.take('=') ? parser.parseExpression() : null })
      if (!parser.take(',')) break
    }
    parser.expect(')', 'to close the parameters')
    return parameters
  }

  private closeBlock(segment: Segment, word: string): TemplateNode[] {
    const body = this.parseBody()
    this.checkClosed(segment, word, body)
    return body.nodes
  }

  private checkClosed(segment: Segment, word: string, body: Body): void {
    if (body.stop === null) this.unclosed(segment, word)
    else if (body.word !== closing[word]) {
      this.problem(`found {% ${body.word} %} where {% ${closing[word]} %} must come`, body.stop.start)
      // Left for the enclosing block, which it most likely closes.
      if (closers.has(body.word) && this.nesting > 1) this.position -= 1
    }
  }

  private unclosed(segment: Segment, word: string): void {
    this.problem(`this ${word} block is never closed; write {% ${closing[word]} %} where it ends`, segment.start)
  }

  private previousEnd(): number {
    return this.segments[this.position - 1]?.end ?? 0
  }
}
