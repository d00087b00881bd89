import { Template as OracleTemplate } from '@huggingface/jinja'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OrchestratorError } from '../errors.ts'
import {
  evaluateTemplate,
  expressionAt,
  filterNames,
  findReferences,
  parseTemplate,
  renameReference,
  testNames,
  tokenizeForHighlight,
} from './expressions.ts'

const limits = { maxSteps: 20_000, maxBytes: 200_000, now: '2026-03-01T00:00:00Z' }
const scope = { a: 1, b: 'Some text', c: [3, 1, 2], d: { x: 1, y: [true, null], items: 'own' }, e: null, f: 2.5 }
const runs = { numRuns: 3_000 }

const words =
  '{{ }} {% %} {# #} {%- -%} {{- +%} a b.c loop x 0 1.5 " \' if elif else endif for in endfor set endset ' +
  'macro endmacro raw endraw filter endfilter with endwith call endcall recursive break do and or not is defined = == | . , : ( ) [ ] { } ~ + - ** // \\ __proto__ constructor 😀'
const pieces = fc.constantFrom(...words.split(' '), ' ', '\n', '\u0000')
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(' ')),
)

/** Random expressions; `names` are the free names and `rich` adds every filter and test with odd arguments. */
function expressions(names: string[], rich: boolean): fc.Arbitrary<string> {
  return fc.letrec<{ node: string }>((tie) => {
    const node = tie('node')
    const pair = fc.tuple(node, node)
    const calls = fc.tuple(node, fc.constantFrom(...filterNames), fc.array(node, { maxLength: 2 }))
    const leaves = [
      fc.constantFrom(...names, 'true', 'false', 'none', "'a b'", "''", "'%s'", '[]', '{}'),
      fc.integer({ min: -20, max: 20 }).map((number) => `(${number})`),
    ]
    const plain = [
      fc
        .tuple(node, fc.constantFrom('+', '-', '*', '%', '==', '!=', '<', '>=', 'and', 'or', 'in', 'not in', '~'), node)
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(
          node,
          fc.constantFrom('upper', 'lower', 'length', 'list', 'first', 'trim', 'sort', 'string', 'int', 'title'),
        )
        .map(([input, filter]) => `(${input} | ${filter})`),
      fc.tuple(node, fc.constantFrom('x', 'y', 'items', 'n')).map(([object, name]) => `${object}.${name}`),
      fc.tuple(node, node, node).map(([left, test, right]) => `(${left} if ${test} else ${right})`),
      fc.array(node, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      pair.map(([object, index]) => `${object}[${index}]`),
      node.map((operand) => `(not ${operand})`),
      pair.map(([object, index]) => `${object}[:${index}]`),
      fc
        .tuple(node, fc.constantFrom('defined', 'none', 'string', 'number', 'mapping'))
        .map(([input, test]) => `(${input} is ${test})`),
    ]
    const odd = [
      calls.map(([input, filter, values]) => `(${input} | ${filter}(${values.join(', ')}))`),
      fc
        .tuple(node, fc.constantFrom(...testNames.filter((name) => /^\w+$/.test(name))), node)
        .map(([input, test, value]) => `(${input} is ${test}(${value}))`),
      fc
        .tuple(
          node,
          fc.constantFrom('split', 'items', 'replace', 'join', 'format', 'get', 'ljust', 'constructor'),
          fc.array(node, { maxLength: 2 }),
        )
        .map(([object, name, values]) => `${object}.${name}(${values.join(', ')})`),
      fc
        .tuple(node, fc.constantFrom('//', '**', '/'), node)
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(
          fc.constantFrom('range', 'dict', 'namespace', 'cycler', 'now', 'joiner'),
          fc.array(node, { maxLength: 2 }),
        )
        .map(([name, values]) => `${name}(${values.join(', ')})`),
      fc.tuple(node, node, node).map(([left, key, value]) => `{${left}: ${key}, 'k': ${value}}`),
      fc
        .tuple(node, fc.constantFrom('constructor', '__proto__', 'toString'))
        .map(([object, name]) => `${object}.${name}`),
    ]
    return { node: fc.oneof({ maxDepth: 5, depthSize: 'medium' }, ...leaves, ...plain, ...(rich ? odd : [])) }
  }).node
}

function templates(names: string[], rich: boolean): fc.Arbitrary<string> {
  const expression = expressions(names, rich)
  const name = fc.constantFrom('a', 'b', 'z', 'item')
  return fc.letrec<{ body: string }>((tie) => {
    const body = tie('body')
    return {
      body: fc.oneof(
        { maxDepth: 3 },
        expression.map((text) => `{{ ${text} }}`),
        fc.constantFrom('text', ' ', '\n', '{# note #}'),
        fc.tuple(body, body).map(([left, right]) => left + right),
        fc
          .tuple(expression, body, body)
          .map(([test, then, other]) => `{% if ${test} %}${then}{% else %}${other}{% endif %}`),
        fc
          .tuple(name, expression, body)
          .map(([target, list, inner]) => `{% for ${target} in [${list}, 1] %}${inner}{% endfor %}`),
        fc.tuple(name, expression).map(([target, value]) => `{% set ${target} = ${value} %}`),
        fc.tuple(name, body).map(([target, inner]) => `{% set ${target} %}${inner}{% endset %}`),
        fc
          .tuple(name, body, body)
          .map(([target, inner, rest]) => `{% macro m(${target}) %}${inner}{% endmacro %}${rest}{{ m(${target}=1) }}`),
        fc
          .tuple(name, expression, body)
          .map(([target, value, inner]) => `{% with ${target} = ${value} %}${inner}{% endwith %}`),
      ),
    }
  }).body
}

/** The value, or the code of the error; anything else than our own error is thrown on. */
function outcome(template: string, data: Record<string, unknown>): unknown {
  try {
    return evaluateTemplate(template, data, limits)
  } catch (error) {
    if (error instanceof OrchestratorError && error.code.startsWith('expression-')) return `failed: ${error.code}`
    throw error
  }
}

describe('properties of the language', () => {
  it('reads any text: it ends, and errors lie inside of the text', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), (text, seed) => {
        const lines = text.split('\n')
        for (const { offset, line, column } of parseTemplate(text).errors) {
          expect(offset).toBeGreaterThanOrEqual(0)
          expect(offset).toBeLessThanOrEqual(text.length)
          expect(column).toBeLessThanOrEqual((lines[line - 1] as string).length + 1)
        }
        for (const { start, name } of findReferences(text)) expect(text.startsWith(name, start)).toBe(true)
        let last = 0
        for (const { start, end } of tokenizeForHighlight(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeLessThanOrEqual(text.length)
          last = end
        }
        expressionAt(text, seed % (text.length + 1))
        renameReference(text, 'a', 'b')
        outcome(text, scope)
      }),
      runs,
    )
  })

  it('evaluates any expression to a value or an error of its own, and that value is JSON', () => {
    fc.assert(
      fc.property(templates(Object.keys(scope), true), (text) => {
        const before = structuredClone(scope)
        JSON.stringify(outcome(text, scope))
        expect(scope).toEqual(before)
      }),
      runs,
    )
  })

  it('computes the same after a rename', () => {
    fc.assert(
      fc.property(templates(['a', 'c', 'd'], false), fc.constantFrom('renamed', 'z', 'item', 'm'), (text, to) => {
        fc.pre(!findReferences(text).some((reference) => reference.name === to))
        const { a, ...rest } = scope
        expect(outcome(renameReference(text, 'a', to), { ...rest, [to]: a })).toEqual(outcome(text, scope))
      }),
      runs,
    )
  })

  it('prints what the oracle prints on the language both know', () => {
    // The oracle prints booleans and none in its own way, so only texts and whole numbers are shown.
    const number = fc.oneof(
      fc.nat(50).map(String),
      fc.constantFrom('a', 'c[0]', 'c | length', 'd.x').map((name) => `(${name})`),
    )
    const text = fc.constantFrom(
      "'foo bar'",
      'b',
      "'x'",
      'b | upper',
      'b | lower',
      'b | title',
      "c | join('-')",
      'b[1:4]',
      "b.split(' ')[0]",
      "' q ' | trim",
      "b | replace('e', '3')",
    )
    const condition = fc.oneof(
      fc
        .tuple(number, fc.constantFrom('<', '>', '==', '!=', '<=', '>='), number)
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc.tuple(number, fc.constantFrom('in', 'not in')).map(([left, operator]) => `(${left} ${operator} c)`),
      fc.constantFrom(
        'a is defined',
        'zz is defined',
        'b is string',
        'c is iterable',
        'not a',
        'd.items',
        "'x' in d",
        'a and b',
        '[] or false',
      ),
    )
    const shown = fc.oneof(
      number,
      text.map((value) => `(${value})`),
      fc
        .tuple(number, fc.constantFrom('+', '-', '*'), number)
        .map(([left, operator, right]) => `${left} ${operator} ${right}`),
      fc.tuple(text, text).map(([left, right]) => `(${left}) ~ (${right})`),
      fc.tuple(text, condition, number).map(([left, test, right]) => `(${left}) if ${test} else (${right})`),
    )
    const body = fc.letrec<{ body: string }>((tie) => ({
      body: fc.oneof(
        { maxDepth: 3 },
        shown.map((value) => `{{ ${value} }}`),
        fc.constantFrom('text ', ' ', '\n', 'x\n  '),
        fc.tuple(tie('body'), tie('body')).map(([left, right]) => left + right),
        fc
          .tuple(condition, tie('body'), tie('body'))
          .map(([test, then, other]) => `{% if ${test} %}${then}{% else %}${other}{% endif %}`),
        fc
          .tuple(fc.constantFrom('c', 'range(3)', '[]', 'c[1:]'), tie('body'))
          .map(([list, inner]) => `{% for i in ${list} %}{{ loop.index }}{{ i }}${inner}{% endfor %}`),
        fc.tuple(shown, tie('body')).map(([value, rest]) => `{% set v = ${value} %}${rest}{{ v }}`),
      ),
    })).body
    fc.assert(
      fc.property(body, (inner) => {
        const template = `${inner}.`
        expect(evaluateTemplate(template, scope)).toBe(new OracleTemplate(template).render(scope))
      }),
      runs,
    )
  })
})
