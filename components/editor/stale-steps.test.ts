import { afterEach, describe, expect, it } from 'vitest'
import type { Editor } from './editor.ts'
import { staleStepsOf } from './stale-steps.ts'
import { keyOf, openTestEditor, pipelineOf } from './testing.ts'

let editor: Editor
afterEach(() => editor.close())

const ran = pipelineOf([
  { id: 'a', type: 'data.json', with: { value: 1 } },
  { id: 'b', type: 'data.json', needs: ['a'] },
  {
    id: 'each',
    type: 'flow.map',
    needs: ['b'],
    steps: [
      { id: 'one', type: 'data.json' },
      { id: 'two', type: 'data.json' },
    ],
  },
  { id: 'z', type: 'data.json', needs: ['each'] },
])
const stalePaths = (): string[] => {
  const state = editor.store.getState()
  return Object.keys(staleStepsOf(state, ran))
    .map((key) => state.steps[key]!.path)
    .sort()
}

describe('staleStepsOf', () => {
  it('is empty while nothing that matters has changed', () => {
    editor = openTestEditor(ran)
    editor.actions.autoLayout()
    editor.actions.setName(keyOf(editor, 'a'), 'Another name')
    editor.actions.addStep({ type: 'data.json' })
    expect(stalePaths()).toEqual([])
  })

  it('has a changed step and everything after it', () => {
    editor = openTestEditor(ran)
    editor.actions.setConfigField(keyOf(editor, 'b'), 'value', 2)
    expect(stalePaths()).toEqual(['b', 'each', 'each.one', 'each.two', 'z'])
    editor.actions.undo()
    expect(stalePaths()).toEqual([])
  })

  it('goes from a body to its container and on', () => {
    editor = openTestEditor(ran)
    editor.actions.setConfigField(keyOf(editor, 'each.two'), 'value', 2)
    expect(stalePaths()).toEqual(['each', 'each.one', 'each.two', 'z'])
  })
})
