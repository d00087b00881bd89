import { describe, expect, it } from 'vitest'
import { expressionAt, findReferences, renameReference, tokenizeForHighlight } from './expressions.ts'

const found = (text: string, bare = false) =>
  findReferences(text, { bare }).map((reference) => [reference.name, ...reference.path].join('.'))

describe('findReferences', () => {
  it.each([
    ['{{ a.b["c"][0].d }}', ['a.b.c.0.d']],
    ['{% for r in load.rows %}{{ r.text }}{{ loop.index }}{% endfor %}', ['load.rows']],
    ['{% for r in load.rows if r.x > n %}{% else %}{{ r }}{% endfor %}', ['load.rows', 'n', 'r']],
    ['{{ a[b.c].d }}', ['a', 'b.c']],
    ['{{ x.items() | map("upper", y) }}', ['x', 'y']],
    ['{% set z = a %}{{ z.q }}', ['a']],
    ['{% if c %}{% set z = 1 %}{% endif %}{{ z }}', ['c', 'z']],
    ['{{ range(n) }}{{ dict(a=b) }}', ['n', 'b']],
    ['{% macro m(p, q=d) %}{{ p }}{{ q }}{{ r }}{% endmacro %}{{ m(1) }}', ['d', 'r']],
    ['{{ a.b | }} {{ c.d', ['a.b', 'c.d']],
    ['{{ load.rows[0].te + }}', ['load.rows.0.te']],
    ['no expression', []],
  ])('%s', (text, names) => {
    expect(found(text)).toEqual(names)
  })

  it('gives the range of the path, and reads bare conditions', () => {
    const [reference] = findReferences('say {{ load.rows[0] }}')
    expect(reference).toMatchObject({ start: 7, end: 19 })
    expect(found('load.count > 1 and x', true)).toEqual(['load.count', 'x'])
  })
})

describe('renameReference', () => {
  it.each([
    ['{{ load.rows }} load {{ "load" }} {{ x.load }}', '{{ fetch.rows }} load {{ "load" }} {{ x.load }}'],
    ['{% for load in load.rows %}{{ load.x }}{% endfor %}', '{% for load in fetch.rows %}{{ load.x }}{% endfor %}'],
    [
      '{% for fetch in xs %}{{ fetch }}{{ load }}{% endfor %}',
      '{% for fetch_2 in xs %}{{ fetch_2 }}{{ fetch }}{% endfor %}',
    ],
    ['{% if c %}{% set load = 1 %}{% endif %}{{ load }}', '{% if c %}{% set fetch = 1 %}{% endif %}{{ fetch }}'],
    ['{{ dict(load=load) }}', '{{ dict(load=fetch) }}'],
    ['{{ load.a + }}', '{{ fetch.a + }}'],
    ['{{ reload }}', '{{ reload }}'],
  ])('%s', (before, after) => {
    expect(renameReference(before, 'load', 'fetch')).toBe(after)
  })

  it('renames in a bare condition', () => {
    expect(renameReference('load.n > 1', 'load', 'fetch', { bare: true })).toBe('fetch.n > 1')
  })
})

describe('expressionAt', () => {
  const at = (marked: string, bare = false) => {
    const offset = marked.indexOf('‸')
    return expressionAt(marked.replace('‸', ''), offset, { bare })
  }

  it.each([
    ['{{ lo‸ }}', { position: 'name', prefix: 'lo', from: 3, to: 5 }],
    ['{{ ‸ }}', { position: 'name', prefix: '' }],
    ['{{ load.rows[0].te‸xt }}', { position: 'attribute', path: ['load', 'rows', 0], prefix: 'te', to: 20 }],
    ['{{ load.‸', { position: 'attribute', path: ['load'], prefix: '' }],
    ['{{ load["a b"].‸ }}', { position: 'attribute', path: ['load', 'a b'] }],
    ['{{ f(x).‸ }}', { position: 'attribute', path: null }],
    ['{{ a | up‸ }}', { position: 'filter', prefix: 'up', inFilterPosition: true }],
    ['{{ a is not de‸ }}', { position: 'test', prefix: 'de' }],
    ['{{ a ‸ }}', { position: 'none' }],
    ['{{ "in ‸text" }}', { position: 'none' }],
    ['{% fo‸ %}', { position: 'statement', prefix: 'fo' }],
    ['{% if lo‸ %}', { position: 'name', prefix: 'lo' }],
    ['{{ a + b‸ }}', { position: 'name', prefix: 'b' }],
  ])('%s', (marked, context) => {
    expect(at(marked)).toMatchObject(context)
  })

  it('is null in plain text and comments, and knows loop variables', () => {
    expect(at('te‸xt {{ a }}')).toBeNull()
    expect(at('{# a‸ #}')).toBeNull()
    const inLoop = at('{% for r in load.rows %}{{ r.‸ }}{% endfor %}')
    expect(inLoop).toMatchObject({ path: ['r'] })
    expect(inLoop?.locals).toContainEqual({ name: 'r', over: ['load', 'rows'] })
    expect(at('{% for r in load.rows %}{% endfor %}{{ ‸ }}')?.locals).toEqual([])
    expect(at('load.‸', true)).toMatchObject({ position: 'attribute', path: ['load'] })
  })
})

describe('tokenizeForHighlight', () => {
  it('colours tags and leaves text alone', () => {
    const text = 'Hi {{ load.rows[0] | upper }}{# note #}{% if a is defined %}'
    const kinds = tokenizeForHighlight(text).map((range) => [text.slice(range.start, range.end), range.kind])
    expect(kinds).toEqual([
      ['{{', 'delimiter'],
      ['load', 'name'],
      ['.', 'punctuation'],
      ['rows', 'property'],
      ['[', 'punctuation'],
      ['0', 'number'],
      [']', 'punctuation'],
      ['|', 'operator'],
      ['upper', 'filter'],
      ['}}', 'delimiter'],
      ['{# note #}', 'comment'],
      ['{%', 'delimiter'],
      ['if', 'keyword'],
      ['a', 'name'],
      ['is', 'keyword'],
      ['defined', 'filter'],
      ['%}', 'delimiter'],
    ])
  })
})
