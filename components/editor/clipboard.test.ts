import { afterEach, describe, expect, it } from 'vitest'
import { parsePipeline } from '#pipeline/yaml.ts'
import type { Editor } from './editor.ts'
import { keyOf, openTestEditor, pipelineOf } from './testing.ts'

let editor: Editor
afterEach(() => editor.close())

const base = pipelineOf([
  { id: 'load', type: 'data.csv' },
  { id: 'say', type: 'text.template', needs: ['load'], with: { template: 'Hello {{ load.rows | length }}' } },
  {
    id: 'each',
    type: 'flow.map',
    needs: ['say'],
    with: { items: '{{ load.rows }}' },
    steps: [
      { id: 'one', type: 'text.template', with: { template: '{{ item }} {{ say }}' } },
      { id: 'two', type: 'text.template', needs: ['one'], with: { template: '{{ one }}' } },
    ],
  },
])
const paths = (): string[] => Object.values(editor.store.getState().steps).map(({ path }) => path)
const stepAt = (path: string) => editor.store.getState().steps[keyOf(editor, path)]!.step

describe('copy', () => {
  it('gives a pipeline of its own with the edges between the copied steps', () => {
    editor = openTestEditor(base)
    const text = editor.actions.copy([keyOf(editor, 'say'), keyOf(editor, 'each'), keyOf(editor, 'each.one')])
    const { document, problems } = parsePipeline(text)
    expect(problems).toEqual([])
    expect(document!.steps.map(({ id, needs }) => [id, needs])).toEqual([
      ['say', undefined],
      ['each', ['say']],
    ])
    expect(document!.steps[1]!.steps).toHaveLength(2)
  })
})

describe('paste', () => {
  it('takes a list of steps written on one line each', () => {
    editor = openTestEditor(base)
    const result = editor.actions.paste('- { id: third, type: text.template, with: { template: hi } }')
    expect(result).toMatchObject({ ok: true })
    expect(stepAt('third').with).toEqual({ template: 'hi' })
  })

  it('makes ids unique and lets references among the pasted steps follow', () => {
    editor = openTestEditor(base)
    const text = editor.actions.copy(['load', 'say', 'each'].map((path) => keyOf(editor, path)))
    const result = editor.actions.paste(text, { x: 0, y: 0 })
    expect(result).toMatchObject({ ok: true })
    expect(paths()).toEqual(
      expect.arrayContaining(['load_2', 'say_2', 'each_2', 'each_2.one_2', 'each_2.two_2', 'load', 'each.one']),
    )
    expect(stepAt('say_2')).toMatchObject({
      needs: ['load_2'],
      with: { template: 'Hello {{ load_2.rows | length }}' },
    })
    expect(stepAt('each_2').with).toEqual({ items: '{{ load_2.rows }}' })
    expect(stepAt('each_2.one_2').with).toEqual({ template: '{{ item }} {{ say_2 }}' })
    expect(stepAt('each_2.two_2')).toMatchObject({ needs: ['one_2'], with: { template: '{{ one_2 }}' } })
    editor.actions.undo()
    expect(editor.document()).toEqual(base)
  })

  it('reads a list of steps, one step, or steps without a header', () => {
    editor = openTestEditor(pipelineOf([]))
    expect(editor.actions.paste('- id: a\n  type: data.json\n- id: b\n  type: data.json\n  needs: [a]')).toMatchObject({
      ok: true,
    })
    expect(editor.actions.paste('id: c\ntype: data.json\nwith:\n  value: 1')).toMatchObject({ ok: true })
    expect(editor.actions.paste('steps:\n  - id: d\n    type: data.json')).toMatchObject({ ok: true })
    expect(paths().sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(stepAt('b').needs).toEqual(['a'])
    expect(stepAt('c').with).toEqual({ value: 1 })
  })

  it('brings the inputs of a whole pipeline that are not there yet', () => {
    editor = openTestEditor(pipelineOf([], { inputs: { url: { type: 'text' } } }))
    editor.actions.paste('orchestrator: 1\nname: X\ninputs:\n  url: { type: json }\n  file: { type: file }\nsteps: []')
    expect(editor.store.getState().inputs).toEqual({ url: { type: 'text' }, file: { type: 'file' } })
  })

  it('says what is wrong with a text and changes nothing', () => {
    editor = openTestEditor(base)
    for (const text of ['just some words', '- id: [', 'steps: 3', '{"a": 1}']) {
      const result = editor.actions.paste(text)
      expect(result).toMatchObject({ ok: false, reason: expect.stringMatching(/./) })
    }
    expect(editor.document()).toEqual(base)
  })

  it('puts the steps around the position and selects them', () => {
    editor = openTestEditor(base)
    const result = editor.actions.paste('- id: p\n  type: data.json', { x: 1_000, y: 500 })
    const key = keyOf(editor, 'p')
    expect(result).toEqual({ ok: true, keys: [key] })
    const { layouts, selection } = editor.store.getState()
    expect(Math.abs(layouts[key]!.x + 120 - 1_000)).toBeLessThan(16)
    expect(Math.abs(layouts[key]!.y + 40 - 500)).toBeLessThan(16)
    expect(selection.steps).toEqual([key])
  })
})

describe('duplicate', () => {
  it('copies inside the same container', () => {
    editor = openTestEditor(base)
    editor.actions.duplicate([keyOf(editor, 'each.two')])
    expect(paths()).toContain('each.two_2')
    expect(stepAt('each.two_2').needs).toBeUndefined()
    editor.actions.undo()
    expect(editor.document()).toEqual(base)
  })
})

describe('moving into a container', () => {
  it('cuts the edges that would cross the border, grows the frame, and comes back with undo', () => {
    editor = openTestEditor(base)
    const say = keyOf(editor, 'say')
    const each = keyOf(editor, 'each')
    expect(editor.actions.moveIntoContainer([say], each, { [say]: { x: 900, y: 400 } })).toEqual({ ok: true })
    expect(stepAt('each.say').needs).toBeUndefined()
    expect(stepAt('each').needs).toBeUndefined()
    expect(editor.store.getState().layouts[each]!.width).toBeGreaterThanOrEqual(900 + 240)
    expect(editor.actions.moveIntoContainer([each], each, {}).ok).toBe(false)
    editor.actions.undo()
    expect(editor.document()).toEqual(base)
  })
})
