import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validateText } from '#pipeline/validate.ts'
import { manifests } from '#server/steps/registry.ts'
import { expect, it } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../../docs/policies.md'), 'utf8')
const blocks = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text)

const indented = (text: string, margin: string): string => text.replaceAll(/^(?=.)/gm, margin)

it('has examples', () => {
  expect(blocks.length).toBeGreaterThan(3)
})

it.each(blocks)('says what is valid: %s', (text) => {
  // What stands at the top of a document, or beside `with` of a step in a map.
  const isTop = text.startsWith('limits:')
  const { problems } = validateText(
    `orchestrator: 1
name: Page
${isTop ? text : ''}steps:
  - id: each
    type: flow.map
    with: { items: "{{ [1] }}" }
    steps:
      - id: step
        type: http.request
        with: { url: https://example.org }
${isTop ? '' : indented(text, '        ')}`,
    manifests,
  )
  expect(problems).toEqual([])
})
