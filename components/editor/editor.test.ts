import { afterEach, describe, expect, it } from 'vitest'
import type { Editor } from './editor.ts'
import { keyOf, openTestEditor, pipelineOf } from './testing.ts'

let editor: Editor
afterEach(() => editor.close())

const needs = (): Record<string, string[] | undefined> =>
  Object.fromEntries(Object.values(editor.store.getState().steps).map(({ path, step }) => [path, step.needs]))

describe('adding and connecting steps', () => {
  it('gives new steps ids of their own, places beside each other, and an edge', () => {
    editor = openTestEditor(pipelineOf([]))
    const first = editor.actions.addStep({ type: 'data.json' })
    const second = editor.actions.addStep({ type: 'data.json', connectFrom: { key: first } })
    const { layouts, selection } = editor.store.getState()
    expect(needs()).toEqual({ json: undefined, json_2: ['json'] })
    expect(selection.steps).toEqual([second])
    expect(layouts[second]!.x).toBeGreaterThanOrEqual(layouts[first]!.x + 240)
    expect(layouts[second]!.y).toBe(layouts[first]!.y)
  })

  it('refuses circles, borders, unknown ports and steps without input, saying why', () => {
    editor = openTestEditor(
      pipelineOf([
        { id: 'a', type: 'data.json' },
        { id: 'b', type: 'data.json', needs: ['a'] },
        { id: 'c', type: 'data.csv' },
        { id: 'each', type: 'flow.map', steps: [{ id: 'inner', type: 'data.json' }] },
      ]),
    )
    const [a, b, c, each, inner] = ['a', 'b', 'c', 'each', 'each.inner'].map((path) => keyOf(editor, path))
    const problem = (from: string, to: string, port = 'out'): string | null =>
      editor.actions.connectionProblem({ from, to, port })
    expect(problem(b!, a!)).toMatch(/circle: B → A → B/)
    expect(problem(a!, a!)).toMatch(/wait for itself/)
    expect(problem(a!, b!)).toMatch(/connected already/)
    expect(problem(a!, b!, 'nope')).toMatch(/no output called “nope”/)
    expect(problem(a!, c!)).toMatch(/takes no input/)
    expect(problem(a!, inner!)).toMatch(/border of “Each”/)
    expect(problem(each!, inner!)).toMatch(/read its items by name/)
    expect(problem(inner!, each!)).toMatch(/inside “Each”/)
    expect(problem(a!, each!)).toBeNull()
  })

  it('inserts on an edge and moves what is behind to the right', () => {
    editor = openTestEditor(
      pipelineOf([
        { id: 'a', type: 'flow.branch' },
        { id: 'b', type: 'data.json', needs: ['a.true'] },
      ]),
    )
    const { edgeKeys, layouts } = editor.store.getState()
    const before = layouts[keyOf(editor, 'b')]!.x
    const key = editor.actions.insertOnEdge(edgeKeys[0]!, 'text.template')
    expect(needs()).toEqual({ a: undefined, b: ['template'], template: ['a.true'] })
    const state = editor.store.getState()
    expect(state.layouts[keyOf(editor, 'b')]!.x).toBeGreaterThan(before)
    expect(state.layouts[keyOf(editor, 'b')]!.x).toBeGreaterThanOrEqual(state.layouts[key!]!.x + 240)
    editor.actions.undo()
    expect(needs()).toEqual({ a: undefined, b: ['a.true'] })
    expect(editor.store.getState().canUndo).toBe(false)
  })

  it('closes the chain when a step is taken out of it', () => {
    editor = openTestEditor(
      pipelineOf([
        { id: 'a', type: 'flow.branch' },
        { id: 'b', type: 'data.json', needs: ['a.true'] },
        { id: 'c', type: 'data.json', needs: ['b'] },
      ]),
    )
    editor.actions.removeSteps([keyOf(editor, 'b')])
    expect(needs()).toEqual({ a: undefined, c: ['a.true'] })
  })

  it('draws the edge that a reference from inside a container needs', () => {
    editor = openTestEditor(
      pipelineOf([
        { id: 'a', type: 'data.json' },
        { id: 'each', type: 'flow.map', steps: [{ id: 'inner', type: 'data.json' }] },
      ]),
    )
    expect(editor.actions.addReference(keyOf(editor, 'each.inner'), keyOf(editor, 'a'))).toEqual({ ok: true })
    expect(needs()).toEqual({ a: undefined, each: ['a'], 'each.inner': undefined })
    expect(editor.actions.addReference(keyOf(editor, 'a'), keyOf(editor, 'each.inner')).ok).toBe(false)
  })
})

describe('identity', () => {
  it('keeps the views of steps nobody edited', () => {
    editor = openTestEditor(
      pipelineOf([
        { id: 'a', type: 'data.json', with: { x: 1 } },
        { id: 'b', type: 'data.json', needs: ['a'] },
      ]),
    )
    const before = editor.store.getState()
    const [a, b] = [keyOf(editor, 'a'), keyOf(editor, 'b')]
    editor.actions.setConfigField(a, 'x', 2)
    const after = editor.store.getState()
    expect(after.steps[a]!.step.with).toEqual({ x: 2 })
    expect(after.steps[b]).toBe(before.steps[b])
    expect(after.stepKeys).toBe(before.stepKeys)
    expect(after.edges).toBe(before.edges)
    expect(after.layouts).toBe(before.layouts)
    editor.actions.moveSteps({ [b]: { x: 640, y: 0 } })
    const moved = editor.store.getState()
    expect(moved.steps[b]).toBe(before.steps[b])
    expect(moved.layouts[b]).toMatchObject({ x: 640, y: 0 })
  })

  it('keeps the key, the selection and the edges through a rename', () => {
    editor = openTestEditor(
      pipelineOf([
        { id: 'a', type: 'data.json' },
        { id: 'b', type: 'data.json', needs: ['a'] },
      ]),
    )
    const key = keyOf(editor, 'a')
    editor.actions.select([key])
    expect(editor.actions.renameStep(key, 'b')).toMatchObject({ ok: false })
    expect(editor.actions.renameStep(key, '2x')).toMatchObject({ ok: false })
    expect(editor.actions.renameStep(key, 'start')).toEqual({ ok: true })
    expect(needs()).toEqual({ start: undefined, b: ['start'] })
    expect(editor.store.getState().selection.steps).toEqual([key])
  })
})

describe('automatic places', () => {
  it('leave room for the outputs that appear when the steps have run', () => {
    editor = openTestEditor(pipelineOf([{ id: 'each', type: 'flow.map', steps: [] }]))
    const parentKey = keyOf(editor, 'each')
    const near = { x: 32, y: 64 }
    for (let count = 0; count < 3; count++) editor.actions.addStep({ type: 'data.json', parentKey, position: near })
    for (let count = 0; count < 3; count++) editor.actions.addStep({ type: 'flow.branch', position: { x: 800, y: 0 } })
    editor.actions.paste('- { id: pasted, type: data.json }', { x: 900, y: 40 })
    const expectRoom = (): void => {
      const { layouts, steps } = editor.store.getState()
      const parents = new Set(Object.values(steps).map((view) => view.parentKey))
      for (const parent of parents) {
        const column = Object.values(steps).filter((view) => view.parentKey === parent && !view.container)
        const ordered = column.map(({ key }) => layouts[key]!).toSorted((one, other) => one.y - other.y)
        for (const [index, place] of ordered.slice(1).entries()) {
          if (Math.abs(place.x - ordered[index]!.x) >= 240) continue
          expect(place.y - ordered[index]!.y).toBeGreaterThanOrEqual(80 + 112)
        }
        if (parent !== null) expect(layouts[parent]!.height).toBeGreaterThanOrEqual(ordered.at(-1)!.y + 80 + 112)
      }
    }
    expectRoom()
    editor.actions.autoLayout()
    expectRoom()
  })
})

describe('outputs', () => {
  it('are renamed in their place, as one undo step, and never onto another', () => {
    const outputs = { first: '{{ a }}', second: 2, third: '3' }
    editor = openTestEditor(pipelineOf([{ id: 'a', type: 'data.json' }], { outputs }))
    expect(editor.actions.renameOutput('second', 'third')).toMatchObject({ ok: false })
    expect(editor.actions.renameOutput('second', '')).toMatchObject({ ok: false })
    expect(editor.store.getState().canUndo).toBe(false)
    expect(editor.actions.renameOutput('second', 'middle')).toEqual({ ok: true })
    expect(Object.entries(editor.document().outputs!)).toEqual([
      ['first', '{{ a }}'],
      ['middle', 2],
      ['third', '3'],
    ])
    editor.actions.undo()
    expect(editor.document().outputs).toEqual(outputs)
    expect(editor.store.getState().canUndo).toBe(false)
  })
})

describe('undo', () => {
  it('takes back typing into one field as one step, and each other edit alone', () => {
    editor = openTestEditor(pipelineOf([{ id: 'a', type: 'data.json', with: { x: 'one' } }]))
    const before = editor.document()
    const key = keyOf(editor, 'a')
    for (const text of ['o', 'on', 'two']) editor.actions.setConfigField(key, 'x', text)
    editor.actions.setPolicy(key, 'timeout', '5s')
    editor.actions.undo()
    expect(editor.document().steps[0]).toMatchObject({ with: { x: 'two' } })
    expect(editor.document().steps[0]!.timeout).toBeUndefined()
    editor.actions.undo()
    expect(editor.document()).toEqual(before)
    expect(editor.store.getState()).toMatchObject({ canUndo: false, canRedo: true })
    editor.actions.redo()
    expect(editor.document().steps[0]).toMatchObject({ with: { x: 'two' } })
  })

  it('restores a deleted container with its body, edges and places', () => {
    editor = openTestEditor(
      pipelineOf([
        { id: 'a', type: 'data.json' },
        {
          id: 'each',
          type: 'flow.map',
          needs: ['a'],
          with: { items: '{{ a }}' },
          steps: [{ id: 'inner', type: 'data.json' }],
        },
        { id: 'z', type: 'data.json', needs: ['each'] },
      ]),
    )
    editor.actions.autoLayout()
    const before = editor.document()
    editor.actions.removeSteps([keyOf(editor, 'each')])
    expect(needs()).toEqual({ a: undefined, z: ['a'] })
    editor.actions.undo()
    expect(editor.document()).toEqual(before)
  })
})

describe('a read-only editor', () => {
  it('changes nothing', () => {
    editor = openTestEditor(pipelineOf([{ id: 'a', type: 'data.json' }]), { mode: { kind: 'run', runId: 'r1' } })
    const before = editor.document()
    const key = keyOf(editor, 'a')
    editor.actions.setConfigField(key, 'x', 1)
    editor.actions.removeSteps([key])
    editor.actions.addStep({ type: 'data.json' })
    editor.actions.autoLayout()
    expect(editor.actions.paste('- id: b\n  type: data.json').ok).toBe(false)
    expect(editor.document()).toEqual(before)
  })
})
