import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PipelineDocument } from './document.ts'
import { evaluateDeep } from './expressions/expressions.ts'
import { renameStep } from './rename-step.ts'
import { testManifests } from './testing/manifests.ts'
import { hasErrors, validatePipeline } from './validate.ts'
import { parsePipeline, printPipeline } from './yaml.ts'

const text = `orchestrator: 1
name: Test
steps:
  # reads rows
  - id: load
    type: data.csv
  - id: each
    type: flow.map
    needs: [load]
    with: { items: "{{ load.rows }}", result: "{{ greet }} of {{ load.rows | length }}" }
    steps:
      - id: greet # says hello
        type: text.template
        with:
          template: "{% set total = 1 %}{{ item.load }} {{ load.rows | length }} {{ total }}"
  - id: check
    type: flow.branch
    needs: [load, each]
    with: { condition: "load.rows and 'load' != each.items[0]" }
  - id: done
    type: flow.merge
    needs: [check.true, check.false]
outputs:
  rows: "{{ load.rows }}"
  literal: load
layout:
  steps:
    each: { x: 1, y: 2 }
    each.greet: { x: 3, y: 4 }
    load: { x: 5, y: 6 }
`
const read = (source: string): PipelineDocument => {
  const { document } = parsePipeline(source)
  if (!document) throw new Error('not a pipeline')
  return document
}
const document = read(text)

describe('renameStep', () => {
  it('rewrites edges, expressions without and with braces, nested bodies, outputs, layout and comments, and nothing else', () => {
    const renamed = printPipeline(renameStep(document, 'load', 'source', testManifests))
    const expected = text
      .replace('id: load', 'id: source')
      .replaceAll('[load', '[source')
      .replaceAll('load.rows', 'source.rows')
      .replace('    load: { x: 5, y: 6 }', '    source: { x: 5, y: 6 }')
    expect(renamed).toBe(expected)
  })

  it('reaches the lazy settings of the container when a step of its body is renamed', () => {
    const renamed = printPipeline(renameStep(document, 'each.greet', 'hello', testManifests))
    const expected = text
      .replace('id: greet', 'id: hello')
      .replace('{{ greet }}', '{{ hello }}')
      .replace('each.greet', 'each.hello')
    expect(renamed).toBe(expected)
  })

  it('keeps the ports of edges', () => {
    const renamed = renameStep(document, 'check', 'gate', testManifests)
    expect(renamed.steps.find(({ id }) => id === 'done')?.needs).toEqual(['gate.true', 'gate.false'])
  })

  it.each([
    ['another step', 'each'],
    ['a step of a body', 'greet'],
    ['a reserved word', 'inputs'],
    ['a variable of a container inside', 'item'],
  ])('refuses the name of %s', (_title, name) => {
    expect(() => renameStep(document, 'load', name, testManifests)).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    )
  })

  it('refuses what is no id, and steps that do not exist', () => {
    expect(() => renameStep(document, 'load', '1a', testManifests)).toThrow('is no step id')
    expect(() => renameStep(document, 'nobody', 'a', testManifests)).toThrow('no step "nobody"')
  })

  it('never changes what is computed, whatever the new name', () => {
    const names = fc.constantFrom('total', 'rows', 'source', 'x', 'loop', 'each', 'item', 'index', 'namespace', 'if')
    fc.assert(
      fc.property(names, fc.constantFrom('load', 'each', 'check', 'done', 'each.greet'), (name, path) => {
        let renamed: PipelineDocument
        try {
          renamed = renameStep(document, path, name, testManifests)
        } catch {
          return
        }
        expect(hasErrors(validatePipeline(renamed, testManifests))).toBe(false)
        expect(computed(renamed, path, name)).toEqual(computed(document, path, path.split('.').at(-1) ?? ''))
        const back = renameStep(
          renamed,
          [...path.split('.').slice(0, -1), name].join('.'),
          path.split('.').at(-1) ?? '',
          testManifests,
        )
        expect(computed(back, path, path.split('.').at(-1) ?? '')).toEqual(
          computed(document, path, path.split('.').at(-1) ?? ''),
        )
      }),
    )
  })
})

/** What the texts of the pipeline come to when every step has a value of its own, the renamed one under its new name. */
function computed(pipeline: PipelineDocument, path: string, name: string): unknown {
  const values: Record<string, unknown> = {
    load: { rows: [{ load: 'a' }, { load: 'b' }] },
    each: { items: ['e'] },
    greet: 'hi',
    check: true,
    done: null,
  }
  const own = path.split('.').at(-1) ?? ''
  const { [own]: value, ...others } = values
  const scope = { ...others, item: { load: 'x' }, index: 3, [name]: value }
  const each = pipeline.steps[1]
  return [
    evaluateDeep(each?.with ?? {}, scope),
    evaluateDeep(each?.steps?.[0]?.with ?? {}, scope),
    evaluateDeep({ condition: `{{ ${String(pipeline.steps[2]?.with?.condition)} }}` }, scope),
    evaluateDeep(pipeline.outputs ?? {}, scope),
  ]
}
