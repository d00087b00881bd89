import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryDocument, arbitraryText } from './testing/arbitrary-document.ts'
import { parsePipeline, printPipeline } from './yaml.ts'

const sample = `# Triage of feedback
orchestrator: 1 # the format
name: Triage feedback
inputs:
  # from the help desk
  tickets: { type: file, description: CSV with a text column }
steps:
  - id: load
    type: data.csv
    with: { file: "{{ inputs.tickets }}" }
  # one by one
  - id: each
    type: flow.map
    needs: [load] # rows
    with: { concurrency: 8, items: "{{ load.rows }}" }
    steps: # the body
      - id: mood
        type: ai.classify
        with: { labels: [angry, neutral, happy], text: "{{ item.text }}" }
        retry: { attempts: 3, backoff: exponential }
        timeout: 20s
      # end of the body
outputs:
  moods: "{{ each.items }}"
x-team: support
layout:
  steps:
    each: { x: 300, y: 0 }
    load: { x: 0, y: 0 }
# that is all
`

describe('printPipeline and parsePipeline', () => {
  it('read back what was printed, comments and unknown keys included, and print it the same again', () => {
    fc.assert(
      fc.property(arbitraryDocument, (document) => {
        const text = printPipeline(document)
        const { document: read, problems } = parsePipeline(text)
        expect(problems).toEqual([])
        expect(read).toEqual(document)
        expect(printPipeline(read as typeof document)).toBe(text)
      }),
      { numRuns: 400 },
    )
  }, 120_000)

  it('leave a canonical text as it is', () => {
    const { document, problems } = parsePipeline(sample)
    expect(problems).toEqual([])
    expect(document && printPipeline(document)).toBe(sample)
  })

  it('drops control characters of comments alike when reading and when printing', () => {
    const text = 'orchestrator: 1 # a\u0001b\u001b\nname: x # \ufeff\u0002!y\r\nsteps: []\n'
    const { document } = parsePipeline(text)
    expect(document?.comments).toEqual({ '/orchestrator': { after: 'ab' }, '/name': { after: '!y' } })
    expect(document && parsePipeline(printPipeline(document)).document).toEqual(document)
  })

  it('never throw on any text, and every problem has its place', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          arbitraryText,
          fc.array(arbitraryText).map((parts) => parts.join('\n')),
          brokenSample,
        ),
        (text) => {
          const { document, problems } = parsePipeline(text)
          expect(document === null).toBe(problems.length > 0)
          for (const { line, column } of problems) expect(Math.min(line ?? 0, column ?? 0)).toBeGreaterThan(0)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('keep every comment of any text that is a pipeline', () => {
    const lines = sample.split('\n').map((line) => line.replace(/ *#.*$/, ''))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(lines.length - 1), fc.nat(8), fc.boolean()), { maxLength: 6 }), (chosen) => {
        const marks = chosen.map(([at, indent, trailing], index) => ({ at, indent, trailing, text: `mark${index}.` }))
        const text = lines
          .flatMap((line, index) => {
            const here = marks.filter(({ at }) => at === index)
            const above = here
              .filter(({ trailing }) => !trailing)
              .map((mark) => `${' '.repeat(mark.indent)}# ${mark.text}`)
            const beside = here.filter(({ trailing }) => trailing).map((mark) => mark.text)
            return [...above, beside.length > 0 ? `${line} # ${beside.join(' ')}` : line]
          })
          .join('\n')
        const { document, problems } = parsePipeline(text)
        expect(problems).toEqual([])
        const printed = document ? printPipeline(document) : ''
        for (const mark of marks) expect(printed.split(mark.text)).toHaveLength(2)
        expect(parsePipeline(printed).document).toEqual(document)
      }),
      { numRuns: 1_000 },
    )
  })

  it('change only layout lines when a box is moved', () => {
    const { document } = parsePipeline(sample)
    if (!document) throw new Error('the sample is a pipeline')
    const moved = { ...document, layout: { steps: { ...document.layout?.steps, load: { x: 5, y: 40 } } } }
    const before = sample.split('\n')
    const changed = printPipeline(moved)
      .split('\n')
      .filter((line, index) => line !== before[index])
    expect(changed).toEqual(['    load: { x: 5, y: 40 }'])
  })

  it('write texts of several lines as blocks and quote what looks like something else', () => {
    const text = printPipeline({
      orchestrator: 1,
      name: '123',
      steps: [{ id: 'a', type: 't', with: { code: 'if (a) {\n  b()\n}\n', empty: '', flag: 'yes', size: '1e3' } }],
    })
    expect(text).toBe(`orchestrator: 1
name: "123"
steps:
  - id: a
    type: t
    with:
      code: |
        if (a) {
          b()
        }
      empty: ""
      flag: "yes"
      size: "1e3"
`)
  })

  it('do not depend on the order of keys where order means nothing', () => {
    const one = printPipeline({
      orchestrator: 1,
      name: 'n',
      steps: [{ id: 'a', type: 't', with: { b: 1, a: 2 }, z: 1, y: 2 }],
    })
    const other = printPipeline({
      steps: [{ y: 2, z: 1, with: { a: 2, b: 1 }, type: 't', id: 'a' }],
      name: 'n',
      orchestrator: 1,
    })
    expect(one).toBe(other)
  })
})

describe('parsePipeline refuses', () => {
  const cases: [string, string, string][] = [
    ['an open bracket', 'orchestrator: 1\nname: [a\nsteps: []\n', '3:1 yaml-syntax'],
    ['a key that stands twice', 'orchestrator: 1\nname: a\nname: b\nsteps: []\n', '3:1 yaml-syntax'],
    ['two documents', 'a: 1\n---\nb: 2\n', '2:1 yaml-syntax'],
    ['a foreign tag', 'orchestrator: 1\nname: !!js/function x\nsteps: []\n', '2:7 yaml-syntax'],
    ['not-a-number', 'orchestrator: 1\nname: a\nsteps: []\nx: .nan\n', '4:4 yaml-syntax'],
    ['a prototype key', 'orchestrator: 1\nname: a\nsteps: []\n__proto__: { a: 1 }\n', '4:1 yaml-syntax'],
    ['an empty text', '', '1:1 document-shape'],
    ['a step without a type', 'orchestrator: 1\nname: a\nsteps:\n  - id: b\n', '4:5 document-shape b type'],
    ['a bad id', 'orchestrator: 1\nname: a\nsteps:\n  - id: 1b\n    type: t\n', '4:9 document-shape 1b id'],
    [
      'no attempts',
      'orchestrator: 1\nname: a\nsteps:\n  - {id: b, type: t, retry: {attempts: 0}}\n',
      '4:40 invalid-policy b retry.attempts',
    ],
    ['the key for comments', 'orchestrator: 1\nname: a\nsteps: []\ncomments: {}\n', '4:1 document-shape comments'],
  ]
  it.each(cases)('%s', (_title, text, expected) => {
    const { document, problems } = parsePipeline(text)
    expect(document).toBeNull()
    expect(
      problems.map(({ line, column, code, step, field }) =>
        [`${line}:${column}`, code, step, field].filter(Boolean).join(' '),
      ),
    ).toEqual([expected])
  })

  it('alias bombs and endless nesting, quickly', () => {
    const names = [...'abcdefghijklmnop']
    const bomb = names.map(
      (name, index) =>
        `${name}: &${name} [${Array(9)
          .fill(index === 0 ? 'x' : `*${names[index - 1]}`)
          .join(',')}]`,
    )
    for (const text of [bomb.join('\n'), '['.repeat(200_000), '- '.repeat(50_000), '{a: '.repeat(5_000)]) {
      const { document, problems } = parsePipeline(text)
      expect(document).toBeNull()
      expect(problems.length).toBeGreaterThan(0)
    }
  })

  it('YAML 1.1 words: yes is a text', () => {
    expect(parsePipeline('orchestrator: 1\nname: yes\nsteps: []\n').document?.name).toBe('yes')
  })
})

const brokenSample = fc
  .tuple(fc.nat(sample.length), fc.nat(sample.length), arbitraryText)
  .map(([from, to, text]) => sample.slice(0, Math.min(from, to)) + text + sample.slice(Math.max(from, to)))
