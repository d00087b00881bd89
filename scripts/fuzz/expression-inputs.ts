import { filterNames, testNames } from '#pipeline/expressions/expressions.ts'
import { pick } from '../seed/random.ts'
import { below, mutateText, noise, tokenSoup } from './mutate-text.ts'
import { realExpressions } from './real-texts.ts'

type Random = () => number

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'item', 'loop', 'inputs', 'unknown']
const literals = [
  ...['true', 'none', '0', '-1', '1e308', '0.1', '9007199254740993', "''", "'a b'", "'%s'", "'{0.x}'", "'(a+)+$'"],
  ...[
    '[]',
    '{}',
    '[1, [2]]',
    "{'x': 1}",
    "'\\\\'",
    "'😀'",
    "'2026-02-30'",
    "'__proto__'",
    '10 ** 9',
    'range(1000000000)',
  ],
]
const operators = '+ - * / // % ** ~ == != < <= > >= and or in'.split(' ').concat('not in')
const members = ['x', 'y', 'items', 'keys', 'constructor', '__proto__', 'toString', 'length', 'index', 'previtem']
const methods = [
  'split',
  'items',
  'replace',
  'join',
  'format',
  'get',
  'upper',
  'ljust',
  'strip',
  'count',
  'append',
  'zfill',
]
const functions = ['range', 'dict', 'namespace', 'cycler', 'joiner', 'now', 'lipsum', 'm', 'caller', 'super', 'loop']
const tokens = [
  ...'{{ }} {% %} {# #} {%- -%} {{- -}} {%+ ( ) [ ] { } | . , : = ~ - " \' \\ ** // == # %}{% \\n'.split(' '),
  ...'if elif else endif for in endfor set endset macro endmacro raw endraw filter endfilter with endwith'.split(' '),
  ...'call endcall recursive break continue do and or not is defined loop a b.c x 0 1.5 1e9 .5 0x 1_0'.split(' '),
  ...['__proto__', '\n', '\u0000', '\ud800', '\u2028', '😀', '|upper', '| map(attribute=', "'x' * 999999"],
]

/** One text for the expression language, the same for the same stream of numbers: made by its grammar, mutated, or noise. */
export function expressionInput(random: Random): string {
  const kind = random()
  if (kind < 0.35) return template(random, 3)
  if (kind < 0.5) return mutateText(random, template(random, 2), { others: realExpressions, tokens, most: 4 })
  if (kind < 0.75)
    return mutateText(random, pick(random, realExpressions), { others: realExpressions, tokens, most: 6 })
  if (kind < 0.85) return tokenSoup(random, tokens, 60)
  if (kind < 0.92) return `{{ ${tokenSoup(random, tokens, 20)} }}`
  if (kind < 0.97) return nested(random)
  return noise(random, 200)
}

/** The same thing inside of itself, many times. */
function nested(random: Random): string {
  const depth = pick(random, [10, 100, 1_000, 20_000])
  const [open, close] = pick(random, [
    ['{{ ' + '('.repeat(depth) + 'a' + ')'.repeat(depth), ' }}'],
    ['{{ ' + '['.repeat(depth) + ']'.repeat(depth), ' }}'],
    ['{{ ' + 'not '.repeat(depth) + 'a', ' }}'],
    ['{{ ' + '-'.repeat(depth) + '1', ' }}'],
    ['{{ a' + '.x'.repeat(depth), ' }}'],
    ['{{ a' + '[0]'.repeat(depth), ' }}'],
    ['{{ a' + '|list'.repeat(depth), ' }}'],
    ['{{ a' + ' ~ a'.repeat(depth), ' }}'],
    ['{{ ' + "{'x': ".repeat(depth) + '1' + '}'.repeat(depth), ' }}'],
    ['{% if a %}'.repeat(depth), '{% endif %}'.repeat(depth)],
    ['{% for i in c %}'.repeat(depth), '{% endfor %}'.repeat(depth)],
    ['{{ '.repeat(depth), ''],
    ['{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}', ''],
    ['{% for i in range(99999) %}{% for j in range(99999) %}{{ j }}', '{% endfor %}{% endfor %}'],
    ['{% set x = c %}' + '{% set x = x + x %}'.repeat(depth), '{{ x }}'],
    ["{{ '" + 'a'.repeat(depth) + "' | regex_search('(a|a)*(a*)*b') ", ' }}'],
  ])
  return random() < 0.8 ? open + close : open
}

function expression(random: Random, depth: number): string {
  if (depth <= 0 || random() < 0.15) return random() < 0.5 ? pick(random, names) : pick(random, literals)
  const inner = (): string => expression(random, depth - 1 - below(random, 2))
  const values = (): string => Array.from({ length: below(random, 3) }, inner).join(', ')
  switch (below(random, 13)) {
    case 0:
    case 1:
      return `(${inner()} ${pick(random, operators)} ${inner()})`
    case 2:
    case 3:
      return `${inner()} | ${pick(random, filterNames)}(${values()})`
    case 4:
      return `${inner()} | ${pick(random, filterNames)}`
    case 5:
      return `(${inner()} is ${random() < 0.3 ? 'not ' : ''}${pick(random, testNames)} ${random() < 0.3 ? inner() : ''})`
    case 6:
      return `${inner()}.${pick(random, members)}`
    case 7:
      return `${inner()}[${pick(random, ['', inner()])}:${pick(random, ['', inner()])}${pick(random, ['', `:${inner()}`])}]`
    case 8:
      return `(${inner()} if ${inner()}${random() < 0.7 ? ` else ${inner()}` : ''})`
    case 9:
      return `${inner()}.${pick(random, methods)}(${values()})`
    case 10:
      return `${pick(random, functions)}(${random() < 0.3 ? `x=${inner()}` : values()})`
    case 11:
      return random() < 0.5 ? `[${values()}]` : `{${inner()}: ${inner()}}`
    default:
      return `${inner()} | ${pick(random, ['map', 'selectattr', 'rejectattr', 'select', 'sort', 'groupby', 'sum'])}(${pick(
        random,
        [`'${pick(random, testNames)}'`, `attribute='${pick(random, members)}'`, `'x', 'eq', ${inner()}`, values()],
      )})`
  }
}

function template(random: Random, depth: number): string {
  const value = (): string => expression(random, 4)
  if (depth <= 0)
    return random() < 0.8 ? `{{ ${value()} }}` : pick(random, ['text', '\n', '{# note #}', '{', '%}', ' '])
  const body = (): string => template(random, depth - 1 - below(random, 2))
  const name = pick(random, names)
  switch (below(random, 10)) {
    case 0:
      return body() + body()
    case 1:
      return `{% if ${value()} %}${body()}{% elif ${value()} %}${body()}{% else %}${body()}{% endif %}`
    case 2:
      return `{% for ${name} in ${value()}${random() < 0.3 ? ` if ${value()}` : ''} %}${body()}{% else %}${body()}{% endfor %}`
    case 3:
      return `{% set ${name} = ${value()} %}${body()}`
    case 4:
      return `{% set ${name} %}${body()}{% endset %}${body()}`
    case 5:
      return `{% macro m(${name}, x=${value()}) %}${body()}{% endmacro %}${body()}{{ m(${value()}) }}`
    case 6:
      return `{% filter ${pick(random, filterNames)} %}${body()}{% endfilter %}`
    case 7:
      return `{% with ${name} = ${value()} %}${body()}{% endwith %}`
    default:
      return `{{${pick(random, ['', '-'])} ${value()} ${pick(random, ['', '-'])}}}`
  }
}
