import type { StepManifest } from '#pipeline/manifest.ts'
import { testManifest } from '#pipeline/testing/manifests.ts'
import { afterEach, describe, expect, it } from 'vitest'
import type { Editor } from './editor.ts'
import { keyOf, openTestEditor, pipelineOf, testManifests } from './testing.ts'

const container = (type: string, kind: 'body' | 'catch' | 'finally' | 'loop', change: Partial<StepManifest> = {}) =>
  testManifest({ type, title: type, container: { kind, variables: {} }, ...change })
const handler = { inside: 'flow.try', inputPorts: [], outputPorts: [] }
const manifests = new Map([
  ...testManifests,
  ...[
    container('flow.try', 'body'),
    container('flow.catch', 'catch', handler),
    container('flow.finally', 'finally', handler),
    container('flow.loop', 'loop'),
    testManifest({ type: 'flow.break', inside: 'repeat', outputPorts: [] }),
  ].map((manifest): [string, StepManifest] => [manifest.type, manifest]),
])

let editor: Editor
afterEach(() => editor.close())
const open = () => {
  editor = openTestEditor(pipelineOf([{ id: 'a', type: 'data.json' }]), { manifests })
  return editor.actions
}
const stepsOf = (path: string) => {
  const steps = editor.document().steps
  return path.split('.').reduce((found, id) => found.find((step) => step.id === id)?.steps ?? [], steps)
}

describe('a try', () => {
  it('comes with a catch, and steps added to it stand before its handlers', () => {
    const actions = open()
    const key = actions.addStep({ type: 'flow.try' })
    expect(stepsOf('try').map(({ type }) => type)).toEqual(['flow.catch'])
    actions.addStep({ type: 'data.json', parentKey: key })
    actions.addStep({ type: 'flow.finally', parentKey: key })
    expect(actions.moveIntoContainer([keyOf(editor, 'a')], key, {})).toEqual({ ok: true })
    expect(stepsOf('try').map(({ id }) => id)).toEqual(['json', 'a', 'catch', 'finally'])
    editor.actions.undo()
    expect(stepsOf('try').map(({ id }) => id)).toEqual(['json', 'catch', 'finally'])
  })

  it('keeps its handlers: none moves elsewhere, none is there twice, no edge leads to one', () => {
    const actions = open()
    const [first, second] = [actions.addStep({ type: 'flow.try' }), actions.addStep({ type: 'flow.try' })]
    const rescue = keyOf(editor, 'try.catch')
    expect(actions.moveIntoContainer([rescue], null, {})).toMatchObject({
      ok: false,
      reason: '“flow.catch” belongs directly inside a “flow.try”.',
    })
    expect(actions.moveIntoContainer([rescue], second, {})).toMatchObject({ ok: false })
    expect(actions.connectionProblem({ from: keyOf(editor, 'a'), port: 'out', to: first })).toBeNull()
    const inside = actions.addStep({ type: 'data.json', parentKey: first })
    expect(actions.connectionProblem({ from: inside, port: 'out', to: rescue })).toMatch(/no edge leads to it/)
  })

  it('is large enough for its body and, below it, its handlers', () => {
    const actions = open()
    const key = actions.addStep({ type: 'flow.try' })
    actions.addStep({ type: 'data.json', parentKey: key })
    actions.addStep({ type: 'flow.finally', parentKey: key })
    actions.autoLayout()
    const { layouts } = editor.store.getState()
    const [frame, body, rescue, last] = ['try', 'try.json', 'try.catch', 'try.finally'].map(
      (path) => layouts[keyOf(editor, path)]!,
    )
    expect(rescue!.y).toBeGreaterThan(body!.y)
    expect(last!.y).toBeGreaterThanOrEqual(rescue!.y + rescue!.height!)
    expect(frame!.height!).toBeGreaterThanOrEqual(last!.y + last!.height!)
    expect(rescue!.width).toBe(last!.width)
  })
})

it('gives a step whose name expressions use already another id', () => {
  open().addStep({ type: 'flow.loop' })
  expect(editor.document().steps.map(({ id }) => id)).toEqual(['a', 'loop_step'])
})
