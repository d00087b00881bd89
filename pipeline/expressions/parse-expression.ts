import type { Arguments, BinaryOperator, CompareOperator, Expression, NamedArgument } from './ast.ts'
import type { Token } from './read-token.ts'
import { constants, keywords, node, TokenReader } from './token-reader.ts'

const notOperands = new Set(['else', 'or', 'and', 'if', 'in', 'is', 'not'])
const compareOperators = new Set(['==', '!=', '<', '<=', '>', '>='])
const additive = new Set(['+', '-'])
const multiplicative = new Set(['*', '/', '//', '%'])
const powers = new Set(['**'])
/** Reads the expressions of one tag; throws SyntaxProblem. */
export class ExpressionParser extends TokenReader {
  /** An expression, or several separated by commas, which make a list. */
  parseTuple(options: { conditional?: boolean } = {}): Expression {
    const parse = () => (options.conditional === false ? this.parseOr() : this.parseExpression())
    const first = parse()
    if (!this.is(',')) return first
    const items = [first]
    while (this.take(',')) {
      if (!this.startsExpression()) break
      items.push(parse())
    }
    return node({ kind: 'list', items }, first.start, this.previousEnd(), items)
  }

  parseExpression(): Expression {
    this.enter()
    let value = this.parseOr()
    while (this.take('if')) {
      const test = this.parseOr()
      const otherwise = this.take('else') ? this.parseExpression() : null
      const children = otherwise ? [value, test, otherwise] : [value, test]
      value = node({ kind: 'conditional', test, whenTrue: value, otherwise }, value.start, this.previousEnd(), children)
    }
    this.nesting -= 1
    return value
  }

  parseOr(): Expression {
    let left = this.parseAnd()
    while (this.take('or')) {
      const right = this.parseAnd()
      left = node({ kind: 'logical', operator: 'or', left, right }, left.start, right.end, [left, right])
    }
    return left
  }

  private parseAnd(): Expression {
    let left = this.parseNot()
    while (this.take('and')) {
      const right = this.parseNot()
      left = node({ kind: 'logical', operator: 'and', left, right }, left.start, right.end, [left, right])
    }
    return left
  }

  private parseNot(): Expression {
    const token = this.peek()
    if (!token || !this.is('not')) return this.parseCompare()
    this.enter()
    this.position += 1
    const operand = this.parseNot()
    this.nesting -= 1
    return node({ kind: 'unary', operator: 'not', operand }, token.start, operand.end, [operand])
  }

  private parseCompare(): Expression {
    const first = this.parseAdditive()
    const rest: { operator: CompareOperator; operand: Expression }[] = []
    for (;;) {
      const token = this.peek()
      let operator: CompareOperator
      if (token?.kind === 'operator' && compareOperators.has(token.text)) operator = token.text as CompareOperator
      else if (this.is('in')) operator = 'in'
      else if (this.is('not') && this.is('in', 1)) {
        operator = 'not in'
        this.position += 1
      } else break
      this.position += 1
      rest.push({ operator, operand: this.parseAdditive() })
    }
    if (rest.length === 0) return first
    const children = [first, ...rest.map((part) => part.operand)]
    return node({ kind: 'compare', first, rest }, first.start, this.previousEnd(), children)
  }

  private parseAdditive(): Expression {
    return this.parseBinary(additive, () => this.parseConcat())
  }

  private parseConcat(): Expression {
    const first = this.parseBinary(multiplicative, () => this.parsePower())
    if (!this.is('~')) return first
    const parts = [first]
    while (this.take('~')) parts.push(this.parseBinary(multiplicative, () => this.parsePower()))
    return node({ kind: 'concat', parts }, first.start, this.previousEnd(), parts)
  }

  private parsePower(): Expression {
    return this.parseBinary(powers, () => this.parseUnary(true))
  }

  private parseBinary(operators: ReadonlySet<string>, parseOperand: () => Expression): Expression {
    let left = parseOperand()
    for (let token = this.peek(); token?.kind === 'operator' && operators.has(token.text); token = this.peek()) {
      this.position += 1
      const right = parseOperand()
      const operator = token.text as BinaryOperator
      left = node({ kind: 'binary', operator, left, right }, left.start, right.end, [left, right])
    }
    return left
  }

  private parseUnary(withFilters: boolean): Expression {
    const token = this.peek()
    let value: Expression
    if (token?.kind === 'operator' && (token.text === '-' || token.text === '+')) {
      this.enter()
      this.position += 1
      const operand = this.parseUnary(false)
      this.nesting -= 1
      value = node({ kind: 'unary', operator: token.text, operand }, token.start, operand.end, [operand])
    } else value = this.parsePrimary()
    value = this.parsePostfix(value)
    return withFilters ? this.parseFilters(value) : value
  }

  private parsePostfix(start: Expression): Expression {
    let value = start
    for (;;) {
      if (this.take('.')) {
        const token = this.peek()
        if (token?.kind === 'number' && /^\d+$/.test(token.text)) {
          this.position += 1
          const index = node({ kind: 'literal', value: Number(token.text) }, token.start, token.end, [])
          value = node({ kind: 'index', object: value, index }, value.start, token.end, [value])
        } else {
          if (token?.kind !== 'name') throw this.unexpected('expected an attribute name after "."')
          this.position += 1
          value = node({ kind: 'attribute', object: value, name: token.text }, value.start, token.end, [value])
        }
      } else if (this.is('[')) value = this.parseSubscript(value)
      else if (this.is('(')) {
        const callArguments = this.parseArguments()
        const children = [value, ...argumentValues(callArguments)]
        value = node(
          { kind: 'call', callee: value, arguments: callArguments },
          value.start,
          this.previousEnd(),
          children,
        )
      } else return value
    }
  }

  private parseSubscript(object: Expression): Expression {
    this.expect('[', 'to open a subscript')
    const bound = () => (this.is(':') || this.is(']') ? null : this.parseExpression())
    const from = bound()
    if (from && !this.is(':')) {
      this.expect(']', 'to close the subscript')
      return node({ kind: 'index', object, index: from }, object.start, this.previousEnd(), [object, from])
    }
    if (!this.take(':')) throw this.unexpected('expected an index or a slice between [ and ]')
    const to = bound()
    const step = this.take(':') ? bound() : null
    this.expect(']', 'to close the slice')
    const children = [object, from, to, step].filter((child) => child !== null)
    return node({ kind: 'slice', object, from, to, step }, object.start, this.previousEnd(), children)
  }

  /** `(a, b, name=c)`, the brackets included. */
  parseArguments(): Arguments {
    this.expect('(', 'to open the arguments')
    const positional: Expression[] = []
    const named: NamedArgument[] = []
    while (!this.is(')')) {
      const token = this.peek()
      if (this.is('*') || this.is('**'))
        throw this.unexpected('arguments cannot be unpacked with * or **: write them out')
      if (token?.kind === 'name' && this.is('=', 1)) {
        this.position += 2
        named.push({ name: token.text, value: this.parseExpression(), start: token.start, end: token.end })
      } else {
        if (named.length > 0) throw this.unexpected('expected a named argument: positional ones come first')
        positional.push(this.parseExpression())
      }
      if (!this.take(',')) break
    }
    this.expect(')', 'to close the arguments')
    return { positional, named }
  }

  private parseFilters(start: Expression): Expression {
    let value = start
    for (;;) {
      if (this.take('|')) {
        const { name, arguments: filterArguments, start: nameStart } = this.parseFilterCall()
        const children = [value, ...argumentValues(filterArguments)]
        const filter = { kind: 'filter', input: value, name, nameStart, arguments: filterArguments } as const
        value = node(filter, value.start, this.previousEnd(), children)
      } else if (this.is('is')) value = this.parseTest(value)
      else if (this.is('(') || this.is('.') || this.is('[')) {
        const next = this.parsePostfix(value)
        if (next === value) return value
        value = next
      } else return value
    }
  }

  /** The name and arguments of a filter, after its `|`. */
  parseFilterCall(): { name: string; arguments: Arguments; start: number; end: number } {
    const token = this.peek()
    if (token?.kind !== 'name') throw this.unexpected('expected the name of a filter after "|"')
    this.position += 1
    let name = token.text
    while (this.is('.') && this.peek(1)?.kind === 'name') {
      name += `.${(this.peek(1) as Token).text}`
      this.position += 2
    }
    const filterArguments = this.is('(') ? this.parseArguments() : { positional: [], named: [] }
    return { name, arguments: filterArguments, start: token.start, end: this.previousEnd() }
  }

  private parseTest(input: Expression): Expression {
    this.expect('is', 'before a test')
    const negated = this.take('not')
    const token = this.peek()
    const symbolic = token?.kind === 'operator' && (compareOperators.has(token.text) ? token : undefined)
    if (token?.kind !== 'name' && !symbolic) throw this.unexpected('expected the name of a test after "is"')
    const { text: name, start: nameStart } = token as Token
    this.position += 1
    let testArguments: Arguments = { positional: [], named: [] }
    const next = this.peek()
    if (this.is('(')) testArguments = this.parseArguments()
    else if (
      next &&
      this.startsExpression() &&
      !(next.kind === 'name' && notOperands.has(next.text)) &&
      !this.is('-')
    ) {
      testArguments = { positional: [this.parsePostfix(this.parsePrimary())], named: [] }
    }
    const children = [input, ...argumentValues(testArguments)]
    const test = { kind: 'test', input, name, nameStart, negated, arguments: testArguments } as const
    return node(test, input.start, this.previousEnd(), children)
  }

  private startsExpression(): boolean {
    const token = this.peek()
    if (!token) return false
    return token.kind === 'operator' ? '([{-+'.includes(token.text) : token.kind !== 'invalid' && !this.is('if')
  }

  private parsePrimary(): Expression {
    const token = this.peek()
    if (!token) throw this.unexpected('expected a value')
    if (token.kind === 'number') {
      this.position += 1
      return node({ kind: 'literal', value: token.value as number }, token.start, token.end, [])
    }
    if (token.kind === 'string') {
      let value = ''
      for (let part = this.peek(); part?.kind === 'string'; part = this.peek()) {
        value += part.value as string
        this.position += 1
      }
      return node({ kind: 'literal', value }, token.start, this.previousEnd(), [])
    }
    if (token.kind === 'name' && !keywords.has(token.text)) {
      this.position += 1
      if (Object.hasOwn(constants, token.text)) {
        return node({ kind: 'literal', value: constants[token.text] as boolean | null }, token.start, token.end, [])
      }
      return node({ kind: 'name', name: token.text }, token.start, token.end, [])
    }
    if (token.kind === 'operator') {
      if (token.text === '(') return this.parseParentheses(token)
      if (token.text === '[') return this.parseList(token)
      if (token.text === '{') return this.parseDict(token)
    }
    throw this.unexpected('expected a value')
  }

  private parseParentheses(open: Token): Expression {
    this.position += 1
    if (this.take(')')) return node({ kind: 'list', items: [] }, open.start, this.previousEnd(), [])
    const value = this.parseTuple()
    this.expect(')', 'to close the bracket')
    return value
  }

  private parseList(open: Token): Expression {
    this.position += 1
    const items: Expression[] = []
    while (!this.is(']')) {
      items.push(this.parseExpression())
      if (!this.take(',')) break
    }
    this.expect(']', 'to close the list')
    return node({ kind: 'list', items }, open.start, this.previousEnd(), items)
  }

  private parseDict(open: Token): Expression {
    this.position += 1
    const entries: { key: Expression; value: Expression }[] = []
    while (!this.is('}')) {
      const key = this.parseExpression()
      this.expect(':', 'between a key and its value')
      entries.push({ key, value: this.parseExpression() })
      if (!this.take(',')) break
    }
    this.expect('}', 'to close the dictionary')
    const children = entries.flatMap((entry) => [entry.key, entry.value])
    return node({ kind: 'dict', entries }, open.start, this.previousEnd(), children)
  }
}

/** The expressions of an argument list, in order. */
export function argumentValues(callArguments: Arguments): Expression[] {
  return [...callArguments.positional, ...callArguments.named.map((argument) => argument.value)]
}
