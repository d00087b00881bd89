import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Problem } from './problem.ts'
import { arbitraryDocument, arbitraryJson, arbitraryText } from './testing/arbitrary-document.ts'
import { testManifests } from './testing/manifests.ts'
import { hasErrors, validatePipeline, validateText } from './validate.ts'

const head = 'orchestrator: 1\nname: Test\n'
const problemsOf = (text: string): Problem[] => validateText(head + text, testManifests).problems
/** `line:column code step field` of each problem, lines counted from `steps:` or what follows the head. */
const places = (text: string): string[] =>
  problemsOf(text).map(({ line = 0, column, code, step, field }) =>
    [`${line - 2}:${column}`, code, step, field].filter((part) => part !== undefined).join(' '),
  )

const valid = `inputs:
  tickets: { type: file }
steps:
  - id: load
    type: data.csv
    with: { file: "{{ inputs.tickets }}" }
  - id: each
    type: flow.map
    needs: [load]
    with: { items: "{{ load.rows }}", result: "{{ item.name }}: {{ greet }}" }
    steps:
      - id: greet
        type: text.template
        with: { template: "{{ index }} {{ item.name }} of {{ load.rows | length }}" }
  - id: any
    type: flow.branch
    needs: [each]
    with: { condition: "each.items | length > 0" }
  - id: tell
    type: http.request
    needs: [any.true]
    with: { url: "https://example.org", body: { moods: "{{ each.items }}" } }
    on_error: port
  - id: join
    type: flow.merge
    needs: [tell, tell.error, any.false]
outputs:
  moods: "{{ each.items }}"
`

describe('validatePipeline', () => {
  it('finds nothing in a pipeline that uses every construct well', () => {
    expect(problemsOf(valid)).toEqual([])
  })

  const cases: [string, string, string[]][] = [
    [
      'a circle, by its steps',
      'steps:\n  - { id: a, type: flow.merge, needs: [b] }\n  - { id: b, type: flow.merge, needs: [a] }\n',
      ['2:40 cycle a needs[0]'],
    ],
    [
      'a step that waits for itself',
      'steps:\n  - { id: a, type: flow.merge, needs: [a] }\n',
      ['2:40 cycle a needs[0]'],
    ],
    ['a step type nobody knows', 'steps:\n  - id: a\n    type: data.cvs\n', ['3:11 unknown-step-type a type']],
    [
      'a setting of the wrong type and one that does not exist',
      'steps:\n  - id: a\n    type: http.request\n    with: { url: x, tries: many, methd: GET }\n',
      ['4:28 invalid-config a with.tries', '4:34 invalid-config a with.methd'],
    ],
    [
      'a required setting that is missing, and a value that is none of the choices',
      'steps:\n  - id: a\n    type: http.request\n    with: { method: PUT }\n',
      ['4:11 invalid-config a with.url', '4:21 invalid-config a with.method'],
    ],
    [
      'settings deep inside',
      'steps:\n  - id: a\n    type: http.request\n    with: { url: x, headers: { a: 1 } }\n',
      ['4:35 invalid-config a with.headers.a'],
    ],
    [
      'an edge from nowhere and from a port that is not there',
      'steps:\n  - { id: a, type: flow.branch, with: { condition: "1" } }\n  - { id: b, type: flow.merge, needs: [aa, a.yes] }\n',
      ['3:40 unknown-reference b needs[0]', '3:44 unknown-port b needs[1]'],
    ],
    [
      'an error port without its policy',
      'steps:\n  - { id: a, type: flow.merge }\n  - { id: b, type: flow.merge, needs: [a.error] }\n',
      ['3:40 unknown-port b needs[0]'],
    ],
    [
      'ids that stand twice',
      'steps:\n  - { id: a, type: flow.merge }\n  - { id: a, type: flow.merge }\n',
      ['3:11 duplicate-step a id'],
    ],
    [
      'an id of an enclosing graph, a variable and a reserved word',
      'steps:\n  - id: a\n    type: flow.map\n    with: { items: [] }\n    steps:\n      - { id: a, type: flow.merge }\n      - { id: item, type: flow.merge }\n  - { id: inputs, type: flow.merge }\n',
      ['6:15 duplicate-step a.a id', '7:15 duplicate-step a.item id', '8:11 duplicate-step inputs id'],
    ],
    [
      'a body where none belongs and a container without one',
      'steps:\n  - id: a\n    type: flow.merge\n    steps: []\n  - id: b\n    type: flow.map\n    with: { items: [] }\n',
      ['4:5 document-shape a steps', '5:5 invalid-config b steps'],
    ],
    [
      'a step that waits for both ways of a branch',
      'steps:\n  - { id: a, type: flow.branch, with: { condition: "1" } }\n  - { id: b, type: flow.merge, needs: [a.true] }\n  - { id: c, type: data.csv, needs: [b, a.false] }\n',
      ['4:30 unreachable c needs'],
    ],
    [
      'a timeout of nothing',
      'steps:\n  - { id: a, type: flow.merge, timeout: 0s }\n',
      ['2:41 invalid-policy a timeout'],
    ],
    [
      'a word of another tool',
      'steps:\n  - { id: a, type: flow.merge, depends_on: [] }\n',
      ['2:32 document-shape a depends_on'],
    ],
    [
      'a broken expression, inside the text',
      'steps:\n  - id: a\n    type: text.template\n    with:\n      template: |\n        Hello\n        {{ 1 + }}\n',
      ['7:16 expression-syntax a with.template'],
    ],
    [
      'a choice without options',
      'inputs:\n  c: { type: choice }\nsteps: []\noutputs: { c: "{{ inputs.c }}" }\n',
      ['2:3 document-shape inputs.c'],
    ],
    [
      'a default of another type',
      'inputs:\n  n: { type: number, default: many }\nsteps: []\noutputs: { n: "{{ inputs.n }}" }\n',
      ['2:31 input-invalid inputs.n.default'],
    ],
    ['an input nothing reads', 'inputs:\n  n: { type: number }\nsteps: []\n', ['2:3 unused-input inputs.n']],
    [
      'form and meaning at once',
      'steps:\n  - { id: a, type: nothing, retry: { attempts: 0 } }\n',
      ['2:20 unknown-step-type a type', '2:48 invalid-policy a retry.attempts'],
    ],
  ]
  it.each(cases)('finds %s', (_title, text, expected) => {
    expect(places(text)).toEqual(expected)
  })

  it('offers what was meant', () => {
    const [problem] = problemsOf('steps:\n  - { id: a, type: csv }\n')
    expect(problem).toMatchObject({
      message: expect.stringContaining('"data.csv"'),
      fix: { kind: 'rename', to: 'data.csv' },
    })
  })

  it('never throws, whatever it is given', () => {
    const garbage = fc.oneof(arbitraryDocument, arbitraryJson, fc.anything(), almostDocument)
    fc.assert(
      fc.property(garbage, (value) => {
        const messages = validatePipeline(value, testManifests).map(({ message }) => message)
        expect(messages.filter((message) => message === '' || message.includes('[object'))).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  }, 120_000)

  it('survives endless nesting and circles of objects', () => {
    const circle: Record<string, unknown> = { orchestrator: 1, name: 'x' }
    circle.steps = [{ id: 'a', type: 'flow.map', with: { items: circle }, steps: [circle] }]
    expect(hasErrors(validatePipeline(circle, testManifests))).toBe(true)
  })
})

describe('expressions of a pipeline', () => {
  const load = '  - { id: load, type: data.csv }\n'
  it('that read a step which does not run before are located, with an edge as the fix', () => {
    const text = `steps:\n${load}  - id: say\n    type: text.template\n    with: { template: "Hi {{ load.rows }}" }\n`
    expect(places(text)).toEqual(['5:30 not-upstream say with.template'])
    expect(problemsOf(text)[0]?.fix).toEqual({
      kind: 'connect',
      title: 'Connect load to say',
      from: 'load',
      to: 'say',
    })
  })

  it('inside a container need the edge at the container', () => {
    const text = `steps:\n${load}  - id: each\n    type: flow.map\n    with: { items: [1] }\n    steps:\n      - { id: say, type: text.template, with: { template: "{{ load }}" } }\n`
    expect(problemsOf(text)).toMatchObject([{ step: 'each.say', fix: { kind: 'connect', from: 'load', to: 'each' } }])
  })

  const wrong: [string, string, string, string][] = [
    ['an unknown name', '{{ laod.rows }}', 'unknown-reference', 'Did you mean "load"?'],
    ['an input that is not declared', '{{ inputs.tikets }}', 'unknown-reference', 'Did you mean "tickets"?'],
    ['an input without its prefix', '{{ tickets }}', 'unknown-reference', 'Did you mean "inputs.tickets"?'],
    ['a field the type does not have', '{{ load.rosw }}', 'unknown-reference', 'Did you mean "rows"?'],
    ['an unknown filter', '{{ load.rows | lenght }}', 'expression-syntax', '"length"'],
    ['the step itself', '{{ say }}', 'not-upstream', 'this very step'],
    ['a step inside of another', '{{ inner }}', 'unknown-reference', 'inside of each'],
    ['an unknown field of the run', '{{ run.name }}', 'unknown-reference', 'started_at'],
  ]
  it.each(wrong)('that read %s are found', (_title, template, code, words) => {
    const text = `inputs: { tickets: { required: false } }
steps:
${load}  - { id: each, type: flow.map, with: { items: [1] }, steps: [{ id: inner, type: flow.merge }] }
  - { id: say, type: text.template, needs: [load, each], with: { template: ${JSON.stringify(template)} } }
outputs: { tickets: "{{ inputs.tickets }}" }
`
    expect(problemsOf(text)).toMatchObject([{ code, message: expect.stringContaining(words), step: 'say' }])
  })

  it('that bring another type than the setting declares are found, through containers too', () => {
    const text = `inputs: { n: { type: number } }
steps:
  - { id: load, type: data.csv }
  - { id: keep, type: data.filter, needs: [load], with: { items: "{{ load }}", where: "item.a" } }
  - { id: ask, type: http.request, with: { url: "{{ inputs.n }}", body: "{{ inputs.n }}" } }
  - id: each
    type: flow.map
    needs: [load]
    with: { items: "{{ load.rows }}" }
    steps:
      - { id: row, type: http.request, with: { url: "{{ item }}" } }
      - { id: cell, type: http.request, with: { url: "{{ item.url }}", tries: "{{ index }}" } }
`
    expect(places(text)).toEqual([
      '4:70 type-mismatch keep with.items',
      '5:53 type-mismatch ask with.url',
      '11:57 type-mismatch each.row with.url',
    ])
  })

  it('see the body in a lazy setting of the container, and nowhere else', () => {
    const body = 'steps: [{ id: inner, type: flow.merge }]'
    expect(
      places(`steps:\n  - { id: m, type: flow.map, with: { items: [1], result: "{{ inner }}" }, ${body} }\n`),
    ).toEqual([])
    expect(places(`steps:\n  - { id: m, type: flow.map, with: { items: "{{ inner }}" }, ${body} }\n`)).toHaveLength(1)
  })
})

const almostDocument = fc.record(
  {
    orchestrator: fc.constantFrom<unknown>(1, 2, '1'),
    name: arbitraryJson,
    inputs: fc.oneof(
      arbitraryJson,
      fc.dictionary(arbitraryText, fc.record({ type: arbitraryText, default: arbitraryJson })),
    ),
    steps: fc.array(
      fc.record(
        {
          id: fc.oneof(fc.constantFrom('a', 'b'), arbitraryJson),
          type: fc.oneof(fc.constantFrom(...testManifests.keys()), arbitraryJson),
          needs: fc.oneof(fc.array(fc.constantFrom('a', 'b', 'a.true', 'b.error', '')), arbitraryJson),
          with: fc.oneof(
            fc.dictionary(fc.constantFrom('items', 'where', 'cases', 'url'), arbitraryJson),
            arbitraryJson,
          ),
          retry: arbitraryJson,
          on_error: fc.oneof(fc.constant('port'), arbitraryJson),
          steps: fc.oneof(fc.array(fc.record({ id: fc.constantFrom('a', 'c'), type: arbitraryJson })), arbitraryJson),
        },
        { requiredKeys: [] },
      ),
    ),
    outputs: arbitraryJson,
  },
  { requiredKeys: [] },
)
