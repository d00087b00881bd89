import { CompletionContext } from '@codemirror/autocomplete'
import { EditorState, type TransactionSpec } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import { describe, expect, it } from 'vitest'
import { completeExpression } from './complete-expression.ts'
import type { ScopeName } from './expression-scope.ts'

const rows = [{ city: 'Bonn', size: 3, 'first name': 'Ada' }]
const names: ScopeName[] = [
  { name: 'load', detail: 'CSV', value: { rows, count: 1 }, stepKey: 'k1', upstream: true },
  {
    name: 'later',
    detail: 'Generate',
    schema: { type: 'object', properties: { text: { type: 'string', description: 'What it wrote' } } },
    stepKey: 'k2',
    upstream: false,
  },
  { name: 'inputs', detail: 'Inputs', value: { topic: 'birds' }, upstream: true },
]

/** What is offered at the `^`, best first as the list would sort equals: by boost. */
function complete(marked: string, { bare = false, explicit = true } = {}) {
  const position = marked.indexOf('^')
  const state = EditorState.create({ doc: marked.replace('^', '') })
  const source = completeExpression({ names: () => names, onReference: () => undefined }, bare)
  return source(new CompletionContext(state, position, explicit))
}
const labels = (marked: string, options?: { bare?: boolean; explicit?: boolean }) =>
  complete(marked, options)?.options.map(({ label }) => label)

describe('completion', () => {
  it('offers nothing outside of braces', () => {
    expect(complete('Hello ^')).toBeNull()
    expect(complete('{{ load }} ^')).toBeNull()
  })

  it('offers steps and inputs, those upstream before the others', () => {
    expect(labels('{{ ^ }}')).toEqual(['load', 'later', 'inputs'])
    const options = complete('{{ ^ }}')!.options
    const boost = (name: string) => options.find(({ label }) => label === name)!.boost ?? 0
    expect(boost('load')).toBeGreaterThan(boost('later'))
  })

  it('offers the fields the last run really gave', () => {
    expect(labels('{{ load.^ }}')).toEqual(['rows', 'count'])
    expect(labels('{{ load.rows[0].^ }}')).toEqual(['city', 'size', 'first name'])
  })

  it('offers the declared fields where there is no value yet', () => {
    expect(complete('{{ later.^ }}')!.options).toMatchObject([
      { label: 'text', detail: 'string', info: 'What it wrote' },
    ])
  })

  it('offers the fields of a loop variable from the first item of its list', () => {
    expect(labels('{% for row in load.rows %}{{ row.^ }}{% endfor %}')).toEqual(['city', 'size', 'first name'])
    expect(labels('{% for row in load.rows %}{{ ^ }}{% endfor %}')).toEqual(
      expect.arrayContaining(['row', 'loop', 'load']),
    )
  })

  it('offers filters and tests in their places', () => {
    expect(labels('{{ load.rows | ^ }}')).toEqual(expect.arrayContaining(['length', 'map', 'join']))
    expect(labels('{{ load is ^ }}')).toEqual(expect.arrayContaining(['defined', 'none']))
    expect(labels('{{ load is ^ }}')).not.toContain('join')
  })

  it('reads a condition as an expression without braces', () => {
    expect(labels('load.^', { bare: true })).toEqual(['rows', 'count'])
    expect(labels('load.count > ^', { bare: true })).toContain('inputs')
  })

  it('waits for a letter or a mark before it opens by itself', () => {
    expect(complete('{{ load.rows[0]^ }}', { explicit: false })).toBeNull()
    expect(labels('{{ lo^ }}', { explicit: false })).toContain('load')
    expect(labels('{{ load.^ }}', { explicit: false })).toContain('rows')
  })

  it('replaces the whole word', () => {
    expect(complete('{{ load.ro^ws }}')).toMatchObject({ from: 8, to: 12 })
  })

  it('writes a field that is no plain name in brackets', () => {
    const { options, from, to } = complete('{{ load.rows[0].fi^ }}')!
    const { apply } = options.find(({ label }) => label === 'first name')!
    let state = EditorState.create({ doc: '{{ load.rows[0].fi }}' })
    const view = { dispatch: (change: TransactionSpec) => void (state = state.update(change).state) }
    if (typeof apply === 'function') apply(view as EditorView, options[0]!, from, to ?? from)
    expect(state.doc.toString()).toBe('{{ load.rows[0]["first name"] }}')
  })
})
