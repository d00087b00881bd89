import { describe, expect, it } from 'vitest'
import { inferEdges } from './infer-edges.ts'
import { testManifests } from './testing/manifests.ts'
import { validateText } from './validate.ts'

const read = (steps: string) => {
  const { document } = validateText(`orchestrator: 1\nname: Test\nsteps:\n${steps}`, testManifests)
  if (!document) throw new Error('not a pipeline')
  return document
}

describe('inferEdges', () => {
  it('adds what expressions read, at the container when they stand inside of it, and nothing that is there already', () => {
    const document = read(`  - { id: load, type: data.csv }
  - { id: names, type: data.filter, with: { items: "{{ load.rows }}", where: "item.name" } }
  - id: each
    type: flow.map
    with: { items: "{{ names }}", result: "{{ second }}" }
    steps:
      - { id: first, type: text.template, with: { template: "{{ item }} {{ load.rows | length }}" } }
      - { id: second, type: text.template, with: { template: "{{ first }}" } }
`)
    const { document: connected, added } = inferEdges(document, testManifests)
    expect(added).toEqual([
      { from: 'each.first', to: 'each.second' },
      { from: 'load', to: 'names' },
      { from: 'names', to: 'each' },
    ])
    expect(connected.steps.map(({ needs }) => needs)).toEqual([undefined, ['load'], ['names']])
    expect(inferEdges(connected, testManifests).added).toEqual([])
  })

  it('leaves out an edge that would close a circle', () => {
    const document = read(`  - { id: a, type: text.template, needs: [b], with: { template: "{{ b }}" } }
  - { id: b, type: text.template, with: { template: "{{ a }}" } }
`)
    expect(inferEdges(document, testManifests)).toEqual({ document, added: [] })
  })
})
