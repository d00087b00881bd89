import { describe, expect, it } from 'vitest'
import { evaluateTemplate } from './expressions.ts'

const scope = {
  xs: [1, 2, 3, 4],
  rows: [
    { n: 'b', v: 2, g: 'x' },
    { n: 'a', v: 1, g: 'y' },
    { n: 'c', v: 3, g: 'x' },
  ],
  tree: [{ n: 'r', c: [{ n: 'k', c: [] }] }],
}

// What Jinja 3.1.6 prints (trim_blocks, lstrip_blocks, keep_trailing_newline), but that whole numbers have no ".0" and
// tuples are lists here.
const cases: [string, string][] = [
  ['{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ 1 == true }}', 'True False True True'],
  ["{{ 'a' ~ 1 ~ none ~ true }}", 'a1NoneTrue'],
  ["{{ [1,'a',none,true,{'k':'v'}] }}", "[1, 'a', None, True, {'k': 'v'}]"],
  ["{{ 'it\\'s' | list }}", "['i', 't', \"'\", 's']"],
  [
    "{{ xs[1:] }} {{ xs[::-1] }} {{ xs[-2:] }} {{ 'hello'[1:-1] }} {{ 'hello'[::2] }} {{ xs[5:2] }} {{ xs[3:0:-1] }}",
    '[2, 3, 4] [4, 3, 2, 1] [3, 4] ell hlo [] [4, 3, 2]',
  ],
  ["{{ 'a' if 0 }}|{{ 'a' if 1 else 'b' }}|{{ none or 'x' }}|{{ 1 and 0 }}", '|a|x|0'],
  [
    "{{ xs | batch(2) | list }} {{ xs | batch(2,'z') | list }} {{ xs | slice(3) | list }} {{ xs|slice(3,'z')|list }}",
    "[[1, 2], [3, 4]] [[1, 2], [3, 4]] [[1, 2], [3], [4]] [[1, 2], [3, 'z'], [4, 'z']]",
  ],
  [
    "{{ 'foo bar baz qux'|truncate(9) }}|{{ 'foo bar baz qux'|truncate(9, true) }}|{{ 'foo bar baz qux'|truncate(11) }}|{{ 'foo bar baz qux'|truncate(11, false, '...', 0) }}",
    'foo...|foo ba...|foo bar baz qux|foo bar...',
  ],
  ["{{ 'hello world-wide (web) it\\'s'|title }} {{ 'hELLO'|capitalize }}", "Hello World-Wide (Web) It's Hello"],
  [
    "{{ 'a b c d e f g h i j'|wordwrap(5) }}|{{ 'abcdefghijkl mn'|wordwrap(5) }}|{{ 'abcdefghijkl mn'|wordwrap(5,false) }}|{{ 'well-known hyphen-ated words'|wordwrap(8) }}|{{ 'a\\n\\nb c'|wordwrap(3) }}",
    'a b c\nd e f\ng h i\nj|abcde\nfghij\nkl mn|abcdefghijkl\nmn|well-\nknown\nhyphen-\nated\nwords|a\n\nb c',
  ],
  [
    "{{ 'foo'|center(10) }}|{{ 'foo'|center(9) }}|{{ 'fo'|center(9) }}|{{'foo'|center(8)}}",
    '   foo    |   foo   |    fo   |  foo   ',
  ],
  [
    "{{ 'a\\nb\\n\\nc'|indent(2) }}|{{ 'a\\nb\\n\\nc'|indent(2,true,true) }}|{{ 'a\\nb'|indent('>> ') }}",
    'a\n  b\n\n  c|  a\n  b\n  \n  c|a\n>> b',
  ],
  [
    '{{ 123456789|filesizeformat }} {{ 1|filesizeformat }} {{ 999|filesizeformat }} {{ 1000|filesizeformat }} {{ 1048576|filesizeformat(true) }}',
    '123.5 MB 1 Byte 999 Bytes 1.0 kB 1.0 MiB',
  ],
  ["{{ '<p>a  <b>b</b> &amp; c<!-- x --></p>'|striptags }}", 'a b & c'],
  [
    "{{ 'a b/c?d=é&e'|urlencode }} {{ {'a b':'c d','x':'/'}|urlencode }} {{ 'it!*()'|urlencode }}",
    'a%20b/c%3Fd%3D%C3%A9%26e a+b=c+d&x=%2F it%21%2A%28%29',
  ],
  ["{{ {'class':'a','id':none,'t':'<'}|xmlattr }}", ' class="a" t="&lt;"'],
  [
    "{{ {'b':1,'a':'<é>'}|tojson }} {{ [1,2,'x\"']|tojson }} {{ {'a':[1,{'b':2}],'c':{}}|tojson(indent=2) }}",
    '{"a": "\\u003c\\u00e9\\u003e", "b": 1} [1, 2, "x\\""] {\n  "a": [\n    1,\n    {\n      "b": 2\n    }\n  ],\n  "c": {}\n}',
  ],
  [
    "{{ ['b','A','c','a']|sort }} {{ ['b','A','c']|sort(true) }} {{ ['b','A','c']|sort(case_sensitive=true) }} {{ rows|sort(attribute='v,n')|map(attribute='n')|join }}",
    "['A', 'a', 'b', 'c'] ['c', 'b', 'A'] ['A', 'b', 'c'] abc",
  ],
  [
    "{{ ['a','A','b',1,1]|unique|list }} {{ rows|unique(attribute='g')|map(attribute='n')|list }}",
    "['a', 'b', 1] ['b', 'a']",
  ],
  [
    "{% for g, l in rows|groupby('g') %}{{ g }}:{{ l|map(attribute='n')|join(',') }};{% endfor %}{% for x in rows|groupby('g') %}{{ x.grouper }}{{ x.list|length }}{% endfor %}",
    'x:b,c;y:a;x2y1',
  ],
  [
    "{{ rows|selectattr('v','gt',1)|map(attribute='n')|list }} {{ rows|rejectattr('v','equalto',1)|list|length }} {{ xs|select('odd')|list }} {{ xs|reject('divisibleby',3)|list }} {{ xs|select('>',2)|list }}",
    "['b', 'c'] 2 [1, 3] [1, 2, 4] [3, 4]",
  ],
  [
    "{{ rows|map(attribute='zz', default='-')|join(',') }} {{ ['a','b']|map('upper')|join }} {{ ['a b']|map('replace',' ','-')|first }}",
    '-,-,- AB a-b',
  ],
  [
    "{{ '%s is %d and %5.2f|%-5s|%05d'|format('a', 3, 2.5, 'x', 42) }} {{ '{} {1} {0}'.format('a','b') if 0 }}",
    'a is 3 and  2.50|x    |00042 ',
  ],
  [
    "{{ '{:>8}|{:<5}|{:^7}|{:05.1f}|{:,}'.format('a','b','c',3.14159,1234567) }} {{ '{a[b]} {0.c}'.format({'c':1}, a={'b':2}) if 0 }}",
    '       a|b    |   c   |003.1|1,234,567 ',
  ],
  [
    "{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a-b-c'.split('-',1) }} {{ 'a-b-c'.rsplit('-',1) }} {{ 'a  b c d'.split(none,1) }}",
    "['a', 'b', '', 'c'] ['a', 'b'] ['a', 'b-c'] ['a-b', 'c'] ['a', 'b c d']",
  ],
  [
    "{{ '--a--'.strip('-') }} {{ 'abc'.find('c') }} {{ 'aXbX'.replace('X','-',1) }} {{ 'a'.zfill(3) }} {{ '-5'.zfill(4) }} {{ 'hello'.count('l') }}",
    'a 2 a-bX 00a -005 2',
  ],
  [
    "{% for x in xs %}{{ loop.index }}{{ loop.revindex }}{{ loop.first }}{{ loop.last }}{{ loop.cycle('o','e') }}{{ loop.previtem|default('-') }}{{ loop.nextitem|default('-') }} {% endfor %}",
    '14TrueFalseo-2 23FalseFalsee13 32FalseFalseo24 41FalseTruee3- ',
  ],
  ['{% for x in tree recursive %}[{{ x.n }}{{ loop(x.c) if x.c }}{{ loop.depth }}]{% endfor %}', '[r[k2]1]'],
  ['{% set ns = namespace(t=0) %}{% for x in xs %}{% set ns.t = ns.t + x %}{% endfor %}{{ ns.t }}', '10'],
  ["{% set a %}x{{ 1 }}{% endset %}{{ a }}{% filter upper|replace('A','b') %}aXa{% endfilter %}", 'x1bXb'],
  ['{% for x in xs if x > 1 %}{{ x }}{% else %}e{% endfor %}{% for x in [] %}{% else %}e{% endfor %}', '234e'],
  ['{% set x = 1 %}{% for i in xs %}{% set x = i %}{% endfor %}{{ x }}', '1'],
  [
    "{{ xs is iterable }} {{ 1 is number }} {{ 1.5 is float }} {{ 'a' is string }} {{ {} is mapping }} {{ x is defined }} {{ xs is sequence }} {{ 3 is divisibleby 3 }} {{ none is none }} {{ 'A' is upper }} {{ 2 is in xs }} {{ 2 is not in xs }} {{ 1 is sameas 1 }} {{ 'upper' is filter }}",
    'True True True True True False True True True True True False True True',
  ],
  [
    "{{ nope }}|{{ nope|default('d') }}|{{ nope|length }}|{{ nope|upper }}|{{ nope is defined }}|{{ ''|default('x',true) }}|{{ nope|list }}|{% for x in nope %}{% endfor %}",
    '|d|0||False|x|[]|',
  ],
  [
    "{{ xs|sum }} {{ rows|sum('v') }} {{ xs|sum(start=10) }} {{ xs|min }} {{ xs|max }} {{ rows|max(attribute='v') }} {{ []|min }}",
    "10 6 20 1 4 {'n': 'c', 'v': 3, 'g': 'x'} ",
  ],
  [
    "{{ 'abc'|reverse }} {{ xs|reverse|list }} {{ xs|first }} {{ xs|last }} {{ 'abc'|list }} {{ xs|join('-') }} {{ xs|join }} {{ rows|join(',',attribute='n') }}",
    "cba [4, 3, 2, 1] 1 4 ['a', 'b', 'c'] 1-2-3-4 1234 b,a,c",
  ],
  ["{{ 'a <b> \"c\"'|escape }} {{ 'x'|e }}", 'a &lt;b&gt; &#34;c&#34; x'],
  [
    "{{ 'see https://example.com/x, ok'|urlize }}",
    'see <a href="https://example.com/x" rel="noopener">https://example.com/x</a>, ok',
  ],
  [
    "{{ 'one two,three'|wordcount }} {{ '  x '|trim }} {{ 'xxaxx'|trim('x') }} {{ -3|abs }} {{ -3.5|abs }}",
    '3 x a 3 3.5',
  ],
  [
    '{{ 0.1 + 0.2 }} {{ 1e-7 }} {{ 0.00001 }} {{ 1/3 }} {{ 10**3 }} {{ 1e3|int }}',
    '0.30000000000000004 1e-07 1e-05 0.3333333333333333 1000 1000',
  ],
  ["{{ 'a' in 'abc' }} {{ 'k' in {'k':1} }} {{ 1 not in xs }} {{ not 1 in xs }}", 'True True False False'],
  ["{{ [1,2] + [3] }} {{ 'ab' * 2 }} {{ [0] * 3 }}", '[1, 2, 3] abab [0, 0, 0]'],
  [
    '{{ (1,2)|list }} {{ range(5)|list }} {{ range(1,10,3)|list }} {{ range(5,0,-2)|list }}',
    '[1, 2] [0, 1, 2, 3, 4] [1, 4, 7] [5, 3, 1]',
  ],
  [
    "{% macro f(a, b='z') -%} {{ a }}{{ b }} {%- endmacro %}{{ f(1) }} {{ f(1, b=2) }}{% macro w() %}<{{ caller() }}>{% endmacro %}{% call w() %}in{% endcall %}",
    '1z 12<in>',
  ],
  ['{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}', '3'],
  ["{{ joiner is defined }}{% set j = joiner('|') %}{% for x in xs %}{{ j() }}{{ x }}{% endfor %}", 'True1|2|3|4'],
  ["{{ {'a':{'b':[1,{'c':5}]}}.a.b[1].c }} {{ rows[0]['n'] }} {{ rows.0.n }}", '5 b b'],
  ["{{ 'x' 'y' }} {{ \"a\\tb\" }} {{ '\\u00e9' }}", 'xy a\tb é'],
  ['{{ none.foo }}|{{ none }}|{{ true }}|{{ [none, nope is defined] }}', '|None|True|[None, False]'],
  ['{% if xs %}a{% elif 1 %}b{% else %}c{% endif %}\n  {% if 0 %}x{% endif %}\nz\n', 'az\n'],
  ['{{ -3|string }} {{ 3 - -2 }} {{ +3 }} {{ -xs[0] }} {{ 2 * -1 }}', '-3 5 3 -1 -2'],
  ["{{ {'a':1} == {'a':1} }} {{ [1,2] < [1,3] }} {{ 'a' < 'b' }}", 'True True True'],
  [
    "{{ 'a'|pprint }} {{ xs|pprint }} {{ 'ABC'|lower }} {{ 'a'.upper().lower() }} {{ 'a b'.title() }} {{ 'abc'.startswith('a') }}{{ ('a','b')|join }}",
    "'a' [1, 2, 3, 4] abc a A B Trueab",
  ],
  ["{{ {1:2, 'x':3} | length }} {{ {'a':1, 'b':{'c':2}}|string }}", "2 {'a': 1, 'b': {'c': 2}}"],
  [
    '{{ 2.5|round }} {{ 3.5|round }} {{ 42.55|round(1) }} {{ 0.125|round(2) }} {{ 2.675|round(2) }} {{ 1234.5|round(-2) }}',
    '2 4 42.5 0.12 2.67 1200',
  ],
  ["{{ {'b':2,'a':1,'C':3}|dictsort }}", "[['a', 1], ['b', 2], ['C', 3]]"],
  ['{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}', '3 -4 2 -2 64 4'],
  ['a\n  {% raw %}\n {{ x }}\n  {% endraw %}\nq', 'a\n\n {{ x }}\nq'],
  ['x  {%- if 1 -%}  y  {%- endif %}  z', 'xy  z'],
  ['a {# c #}\nb\n  {# d #} e', 'a b\n e'],
  ['  {%+ if 1 %}\nx{% endif +%}\n y', '  x\n y'],
  ['  {{- 1 -}}  b', '1b'],
]

describe('the language prints what Jinja prints', () => {
  it.each(cases)('%s', (template, printed) => {
    expect(evaluateTemplate(`${template}{# never alone #}|`, scope)).toBe(`${printed}|`)
  })
})
