import { afterEach, describe, expect, it } from 'vitest'
import type { Step } from '#pipeline/document.ts'
import { validatePipeline } from '#pipeline/validate.ts'
import type { Editor } from './editor.ts'
import { openTestEditor, pipelineOf, testManifests } from './testing.ts'

let editor: Editor
afterEach(() => editor.close())

const cases: { title: string; steps: Step[] }[] = [
  {
    title: 'a reference to a step that does not run before',
    steps: [
      { id: 'a', type: 'data.json' },
      { id: 'b', type: 'text.template', with: { template: '{{ a }}' } },
    ],
  },
  {
    title: 'a misspelt step in an edge',
    steps: [
      { id: 'load', type: 'data.json' },
      { id: 'b', type: 'data.json', needs: ['laod'] },
    ],
  },
  {
    title: 'a misspelt step in an expression',
    steps: [
      { id: 'load', type: 'data.json' },
      { id: 'b', type: 'text.template', needs: ['load'], with: { template: 'x {{ laod.rows }}' } },
    ],
  },
  {
    title: 'a misspelt port',
    steps: [
      { id: 'check', type: 'flow.branch', with: { condition: 'true' } },
      { id: 'b', type: 'data.json', needs: ['check.ture'] },
    ],
  },
  { title: 'a misspelt type', steps: [{ id: 'a', type: 'data.jsno' }] },
]

describe('applyFix', () => {
  for (const { title, steps } of cases) {
    it(`solves ${title}, and undo brings it back`, () => {
      const document = pipelineOf(steps)
      editor = openTestEditor(document)
      const before = validatePipeline(editor.document(), testManifests)
      const problem = before.find(({ fix }) => fix)
      expect(problem, JSON.stringify(before)).toBeDefined()
      expect(editor.actions.applyFix(problem!)).toBe(true)
      const after = validatePipeline(editor.document(), testManifests)
      expect(after.filter(({ message }) => message === problem!.message)).toEqual([])
      editor.actions.undo()
      expect(editor.document()).toEqual(document)
    })
  }
})
