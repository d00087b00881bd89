import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PipelineDocument } from './document.ts'
import { evaluateTemplate } from './expressions/expressions.ts'
import { renameInput } from './rename-input.ts'
import { testManifests } from './testing/manifests.ts'

const rename = (text: string) => {
  const document: PipelineDocument = {
    orchestrator: 1,
    name: 'Test',
    inputs: { first: { type: 'text' }, feed: { type: 'text' }, last: { type: 'text' } },
    steps: [{ id: 'say', type: 'text.template', with: { template: text } }],
    outputs: { all: { deep: [text] } },
  }
  return renameInput(document, 'feed', 'source', testManifests)
}
const textOf = (text: string) => rename(text).steps[0]!.with!.template

describe('renaming an input', () => {
  it('keeps its place among the inputs', () => {
    expect(Object.keys(rename('').inputs!)).toEqual(['first', 'source', 'last'])
  })

  it('rewrites every way to read it, and outputs too', () => {
    const text = '{{ inputs.feed }}, {{ inputs["feed"].x | upper }} {% if inputs.feed and inputs . feed %}{% endif %}'
    const wanted =
      '{{ inputs.source }}, {{ inputs["source"].x | upper }} {% if inputs.source and inputs . source %}{% endif %}'
    expect(textOf(text)).toBe(wanted)
    expect(rename(text).outputs).toEqual({ all: { deep: [wanted] } })
  })

  it('leaves alone what only looks like it', () => {
    const text =
      'inputs.feed {{ inputs.feeds }} {{ other.feed }} {{ "inputs.feed" }} {% for inputs in [1] %}{{ inputs.feed }}{% endfor %}'
    expect(textOf(text)).toBe(text)
  })

  it('never changes what a text comes to', () => {
    const piece = fc.constantFrom(
      '{{ inputs.feed }}',
      '{{ inputs["feed"] }}',
      ' feed ',
      '{{ inputs.first ~ inputs.feed }}',
      '{{ inputs.last }}',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = `x${pieces.join('')}`
        const before = evaluateTemplate(text, { inputs: { first: 'a', feed: 'b', last: 'c' } })
        const after = evaluateTemplate(textOf(text) as string, { inputs: { first: 'a', source: 'b', last: 'c' } })
        expect(after).toBe(before)
      }),
    )
  })
})
