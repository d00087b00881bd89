import { describe, expect, it } from 'vitest'
import { OrchestratorError } from '../errors.ts'
import { evaluateDeep, evaluateTemplate, findReferences, parseTemplate } from './expressions.ts'

const scope = { text: 'abc', list: [1, 2], dict: { a: 1 }, date: new Date(0), map: new Map([['a', 1]]) }

/** Processor time, because the machine may be busy with other things. */
function cpuMsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1_000
}

function outcome(template: string, data: Record<string, unknown> = scope): unknown {
  try {
    return evaluateTemplate(template, data)
  } catch (error) {
    if (error instanceof OrchestratorError) return error.code
    throw error
  }
}

describe('hostile expressions', () => {
  it('reach nothing of a prototype', () => {
    for (const value of ['text', 'list', 'dict', 'date', 'map', '(1)', 'range', 'namespace()', 'cycler(1)']) {
      for (const name of [
        'constructor',
        '__proto__',
        'prototype',
        'toString',
        'valueOf',
        'hasOwnProperty',
        '__defineGetter__',
      ]) {
        expect(outcome(`{{ ${value}.${name} }}`)).toBeNull()
        expect(outcome(`{{ ${value}['${name}'] }}`)).toBeNull()
        expect(outcome(`{{ ${value}.${name}() }}`)).toBe('expression-evaluation')
      }
    }
    for (const name of ['constructor', '__proto__', 'toString', 'globalThis', 'process']) {
      expect(outcome(`{{ ${name} }}`)).toBeNull()
      expect(outcome(`{{ 1 | ${name} }}`)).toBe('expression-evaluation')
      expect(outcome(`{{ 1 is ${name} }}`)).toBe('expression-evaluation')
      expect(outcome(`{{ ${name}() }}`)).toBe('expression-evaluation')
    }
    expect(outcome("{{ [dict] | map(attribute='constructor.name') | list }}")).toEqual([null])
    expect(outcome("{{ '{0.constructor}'.format(dict) }}")).toBe('')
  })

  it('cannot set a prototype', () => {
    const made = outcome("{{ {'__proto__': {'polluted': 1}} }}") as object
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
    expect(outcome("{{ dict(__proto__={'polluted': 1}).polluted }}")).toBeNull()
    expect(outcome('{{ \'{"__proto__": {"polluted": 1}}\' | from_json }}')).not.toHaveProperty('polluted')
    expect(Object.getPrototypeOf(evaluateDeep(JSON.parse('{"__proto__": {"polluted": "{{ 1 }}"}}'), {}))).toBe(
      Object.prototype,
    )
    expect({}).not.toHaveProperty('polluted')
  })

  it.each([
    '{{ range(1000000000) }}',
    "{{ 'a' * 1000000000 }}",
    '{{ [1] * 100000 * 100000 }}',
    '{{ [[[1] * 2000] * 2000] * 2000 }}',
    "{{ 'x' | center(1000000000) }}",
    "{{ 'x'.ljust(1000000000) }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ ('a' * 100000) | replace('a', 'b' * 100000) }}",
    "{{ ('a' * 100000).replace('', 'b' * 100000) }}",
    "{{ range(100000) | join('a' * 100000) }}",
    "{{ 'a' | indent(1000000000, true) }}",
    "{{ (('a' * 1000000) ~ 'b') in ('a' * 30000000) }}",
    "{{ range(100000) | map('default') | map('string') | map('replace', '', 'x' * 1000) | list }}",
    '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}',
    "{% for a in range(100000) %}{{ 'a' * 1000 }}{% endfor %}",
    '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}',
    '{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}',
    '{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}',
    '{% set n = namespace(a=[1]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a }}',
    "{% set n = namespace(a='x') %}{% for i in range(60) %}{% set n.a = n.a ~ n.a %}{% endfor %}{{ n.a }}",
    '{% set n = namespace(a=1) %}{% set n.a = [n] %}{% set n.b = n %}{% for i in range(1000) %}{% set n.a = [n.a] %}{% endfor %}{{ n.a }}',
    "{{ ('[' * 5000 ~ ']' * 5000) | from_json }}",
    "{{ ('[' * 5000 ~ ']' * 5000) | from_json | tojson }}",
    "{{ ('[' * 5000 ~ ']' * 5000) | from_json == ('[' * 5000 ~ ']' * 5000) | from_json }}",
    "{{ ('a' * 100000) | regex_replace('a*b|a', 'x') }}",
  ])('%s ends at a limit', (template) => {
    const started = process.cpuUsage()
    expect(outcome(template)).toBe('expression-limit')
    expect(cpuMsSince(started)).toBeLessThan(5_000)
  })

  it.each(['(a+)+$', '(a|a)*$', '(a*)*$', '(.*a){12}$', '([a-z]+)*$', '(a?){30}a{30}$'])(
    'the pattern %s takes linear time',
    (pattern) => {
      const started = process.cpuUsage()
      outcome(`{{ ('a' * 2000 ~ '!') | regex_search('${pattern}') }}`)
      expect(cpuMsSince(started)).toBeLessThan(5_000)
    },
  )

  it('refuses what the pattern language does not have, with a place', () => {
    expect(() => evaluateTemplate("{{ 'a' | regex_search('(?=a)') }}", {})).toThrow(/looking ahead.*character 1/)
    expect(() => evaluateTemplate("{{ 'a' | regex_search('(a)\\\\1') }}", {})).toThrow(/references to groups/)
    expect(() => evaluateTemplate("{{ 'a' | regex_search('((a{900}){900}){900}') }}", {})).toThrow(/too large/)
    expect(() => evaluateTemplate("{{ 'a' | regex_search('[a') }}", {})).toThrow(/never closed/)
  })

  it.each([
    `{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`,
    `{{ ${'['.repeat(100_000)} }}`,
    `{{ ${'not '.repeat(100_000)}1 }}`,
    `{{ ${'-'.repeat(100_000)}1 }}`,
    `{{ 1${' + 1'.repeat(100_000)} }}`,
    `{{ a${'.b'.repeat(100_000)} }}`,
    `{{ a${'[a'.repeat(100_000)} }}`,
    `{{ a${' | e'.repeat(100_000)} }}`,
    `{{ ${'1 if 1 else '.repeat(100_000)}1 }}`,
    '{% if 1 %}'.repeat(50_000),
    '{% for a in b %}'.repeat(50_000),
    '{{ ( }}'.repeat(50_000),
    "{{ ' }}".repeat(50_001),
    '{{'.repeat(100_000),
    '{% endif %}'.repeat(50_000),
    '{#'.repeat(100_000),
  ])('deep or broken text %# is refused in time', (text) => {
    const started = process.cpuUsage()
    expect(parseTemplate(text).errors.length).toBeGreaterThan(0)
    expect(outcome(text)).toBe('expression-syntax')
    findReferences(text)
    expect(cpuMsSince(started)).toBeLessThan(5_000)
  })
})
