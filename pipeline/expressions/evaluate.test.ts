import { describe, expect, it } from 'vitest'
import { OrchestratorError } from '../errors.ts'
import { evaluateCondition, evaluateDeep, evaluateTemplate, parseTemplate } from './expressions.ts'

const scope = { load: { rows: [{ text: 'hi', items: 3 }] }, empty: null, n: 2, each: { items: [1] } }

function errorOf(run: () => unknown): OrchestratorError {
  try {
    run()
  } catch (error) {
    if (error instanceof OrchestratorError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('evaluateTemplate', () => {
  it('keeps the type of a lone expression and prints it beside other text', () => {
    expect(evaluateTemplate('{{ load.rows }}', scope)).toBe(scope.load.rows)
    expect(evaluateTemplate('{{ n + 1 }}', scope)).toBe(3)
    expect(evaluateTemplate('{{ missing }}', scope)).toBeNull()
    expect(evaluateTemplate('{{ n }}\n', scope)).toBe('2\n')
    expect(evaluateTemplate('[{{ missing }}]', scope)).toBe('[]')
  })

  it('reads data before methods of the same name', () => {
    expect(evaluateTemplate('{{ each.items }}', scope)).toEqual([1])
    expect(evaluateTemplate('{{ each.items() }}', scope)).toEqual([['items', [1]]])
  })

  it('says what is undefined, where, and what there is', () => {
    const { code, info } = errorOf(() => evaluateTemplate('line one\n  {{ load.rosw[0] }}', scope))
    expect({ code, line: info.line, column: info.column }).toEqual({
      code: 'expression-evaluation',
      line: 2,
      column: 6,
    })
    expect(info.message).toContain('"load.rosw" is undefined')
    expect(info.message).toContain('"load" has rows')
    expect(errorOf(() => evaluateTemplate('{{ lod.rows }}', scope)).message).toContain('load, empty, n, each')
  })

  it('lets default stand in for what is undefined', () => {
    expect(evaluateTemplate("{{ load.nothing | default('x') }}", scope)).toBe('x')
  })

  it('names the values of a failed operation and what would work', () => {
    const { info } = errorOf(() => evaluateTemplate('{{ n + "a" }}', scope))
    expect(info.message).toContain('number 2 + text "a"')
    expect(info.fix).toContain('~')
    expect(errorOf(() => evaluateTemplate('{{ n | uper }}', scope)).info.fix).toBe('Did you mean "upper"?')
    expect(errorOf(() => evaluateTemplate('{{ n | summarize }}', scope)).message).toContain('no filter "summarize"')
  })

  it('uses the time it is given and no other', () => {
    const now = '2026-03-01T12:34:56Z'
    expect(evaluateTemplate("{{ 'now' | date }}", {}, { now })).toBe('2026-03-01 12:34:56')
    expect(evaluateTemplate("{{ now() | date('%A %-d %b %j') }}", {}, { now })).toBe('Sunday 1 Mar 060')
    expect(evaluateTemplate("{{ now().strftime('%H:%M') }}", {}, { now })).toBe('12:34')
    expect(errorOf(() => evaluateTemplate('{{ now() }}', {})).code).toBe('expression-evaluation')
  })

  it('does not share or change values of the scope', () => {
    expect(errorOf(() => evaluateTemplate('{{ each.items.append(2) }}', scope)).info.fix).toContain('items + [x]')
  })

  it.each([
    ["{{ 'Hello, World & Co!' | slugify }}", 'hello-world-co'],
    ["{{ '/a/b/c.txt' | basename }}", 'c.txt'],
    ['{{ \'{"a": [1]}\' | from_json }}', { a: [1] }],
    ["{{ 'not json' | from_json }}", 'not json'],
    ["{{ {'a': '<'} | to_json }}", '{\n  "a": "<"\n}'],
    ["{{ {'a': '<'} | tojson }}", '{"a": "\\u003c"}'],
    ["{{ 'a1b22' | regex_replace('(\\d+)', '<\\\\1>') }}", 'a<1>b<22>'],
    ["{{ 'key=value' | regex_search('(\\w+)=(\\w+)', 2) }}", 'value'],
    ["{{ 'abc' | regex_search('x') }}", null],
    ["{{ ['a', 'b'] | join }}", 'ab'],
    ["{{ '😀b' | length }}{{ '😀b'[0] }}", '2😀'],
  ])('%s', (template, value) => {
    expect(evaluateTemplate(template, {})).toEqual(value)
  })

  it('follows the reference dialect where it is asked to', () => {
    expect(evaluateTemplate("{{ ['a', 'b'] | join }}", {}, { dialect: 'reference' })).toBe('a, b')
  })
})

describe('parseTemplate', () => {
  it.each([
    ['{{ a', 1, 1],
    ['x\n{{ a b }}', 2, 6],
    ['{% if a %}x', 1, 1],
    ['{% endif %}', 1, 1],
    ['{{ }}', 1, 1],
    ['{{ a && b }}', 1, 6],
    ['{% fro x in y %}', 1, 4],
    ["{{ 'a }}", 1, 4],
  ])('locates the error of %j', (text, line, column) => {
    const { errors } = parseTemplate(text)
    expect(errors[0]).toMatchObject({ line, column })
    expect(errorOf(() => evaluateTemplate(text, {}))).toMatchObject({ code: 'expression-syntax' })
  })

  it('reports every broken tag and still reads the others', () => {
    const { errors, nodes } = parseTemplate('{{ a + }} {{ b }} {{ ) }}')
    expect(errors).toHaveLength(2)
    expect(nodes.filter((node) => node.kind === 'output')).toHaveLength(1)
  })
})

describe('evaluateDeep', () => {
  it('evaluates texts at any depth and leaves the rest alone', () => {
    const value = { a: ['{{ n }}', { b: 'x{{ n }}' }], c: 5, d: null }
    expect(evaluateDeep(value, scope)).toEqual({ a: [2, { b: 'x2' }], c: 5, d: null })
  })

  it('says in which field it failed', () => {
    const { info } = errorOf(() => evaluateDeep({ cases: [{ when: 'ok' }, { when: '{{ x.y }}' }] }, scope))
    expect(info).toMatchObject({ field: 'cases[1].when', line: 1, column: 4 })
  })
})

describe('evaluateCondition', () => {
  it.each([
    ['n > 1', true],
    ['{{ n > 1 }}', true],
    ['{{ n > 5 }}\n', false],
    ['{% if n > 1 %}true{% endif %}', true],
    ['{% if n > 5 %}true{% endif %}', false],
    ["'False'", false],
    ['missing is defined', false],
    [[], false],
    [{ a: 1 }, true],
    ['', false],
    [true, true],
  ])('%j is %s', (condition, holds) => {
    expect(evaluateCondition(condition, scope)).toBe(holds)
  })
})
