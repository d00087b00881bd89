import { expressionAt } from '#pipeline/expressions/expressions.ts'

export interface ReferenceChange {
  from: number
  to: number
  insert: string
}

/**
 * How a text changes when a reference arrives at an offset: inside an expression the bare path goes in, a text gets it in
 * braces, and a field that is one expression is replaced by it. `bare`: the text is an expression without braces.
 */
export function referenceChange(
  text: string,
  offset: number,
  expression: string,
  kind: 'template' | 'expression' | 'condition',
): ReferenceChange {
  const bare = kind === 'condition' && !text.includes('{{')
  const inside = expressionAt(text, offset, { bare: kind === 'condition' })
  // Behind a finished operand another path would not parse: the field's one expression is replaced.
  if (kind === 'expression' && (inside === null || inside.position === 'none')) {
    return { from: 0, to: text.length, insert: `{{ ${expression} }}` }
  }
  if (bare) {
    const space = inside?.position === 'none' && !/\s$/.test(text.slice(0, offset)) ? ' ' : ''
    return { from: offset, to: offset, insert: space + expression }
  }
  if (inside !== null && inside.position !== 'none') return { from: inside.from, to: inside.to, insert: expression }
  // In a template a finished expression is left as it is, and the new one comes behind it.
  const close = inside === null ? -1 : text.indexOf('}}', offset)
  const at = close < 0 ? offset : close + 2
  return { from: at, to: at, insert: `{{ ${expression} }}` }
}
