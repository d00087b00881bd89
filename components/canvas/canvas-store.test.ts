import { afterEach, describe, expect, it } from 'vitest'
import type { Editor } from '#components/editor/editor.ts'
import { keyOf, openTestEditor, pipelineOf } from '#components/editor/testing.ts'
import { type CanvasStore, createCanvasStore } from './canvas-store.ts'

let editor: Editor
let stop: () => void = () => undefined
afterEach(() => {
  stop()
  editor.close()
})
function open(): CanvasStore {
  editor = openTestEditor(
    pipelineOf([
      { id: 'a', type: 'data.json' },
      { id: 'b', type: 'data.json', needs: ['a'] },
      { id: 'each', type: 'flow.map', needs: ['b'], steps: [{ id: 'inner', type: 'data.json' }] },
    ]),
  )
  const canvas = createCanvasStore(editor)
  stop = canvas.follow()
  return canvas
}
const nodeOf = (canvas: CanvasStore, path: string) =>
  canvas.getState().nodes.find((node) => node.id === keyOf(editor, path))!

describe('the canvas store', () => {
  it('keeps nodes and edges as they are while settings are typed', () => {
    const canvas = open()
    const before = canvas.getState()
    editor.actions.setConfigField(keyOf(editor, 'a'), 'x', 'typed')
    expect(canvas.getState().nodes).toBe(before.nodes)
    expect(canvas.getState().edges).toBe(before.edges)
  })

  it('makes a new node only for what was selected or moved', () => {
    const canvas = open()
    const [a, b] = [nodeOf(canvas, 'a'), nodeOf(canvas, 'b')]
    editor.actions.select([keyOf(editor, 'b')])
    expect(nodeOf(canvas, 'a')).toBe(a)
    expect(nodeOf(canvas, 'b')).not.toBe(b)
    expect(nodeOf(canvas, 'b')).toMatchObject({ selected: true })
    expect(nodeOf(canvas, 'b').data).toBe(b.data)
  })

  it('leaves a drag under way where the pointer has it, and writes nothing until it ends', () => {
    const canvas = open()
    const key = keyOf(editor, 'a')
    let updates = 0
    editor.doc.on('update', () => updates++)
    for (let x = 10; x <= 100; x += 10) {
      canvas.onNodesChange([{ type: 'position', id: key, position: { x, y: 0 }, dragging: true }])
    }
    editor.actions.setConfigField(keyOf(editor, 'b'), 'x', 1)
    expect(nodeOf(canvas, 'a').position).toEqual({ x: 100, y: 0 })
    expect(updates).toBe(1)
    canvas.onNodesChange([{ type: 'position', id: key, position: { x: 100, y: 0 }, dragging: false }])
    editor.actions.moveSteps({ [key]: { x: 100, y: 0 } })
    expect(nodeOf(canvas, 'a').position).toEqual({ x: 96, y: 0 })
    expect(updates).toBe(2)
  })

  it('grows a frame around a card that became larger', () => {
    const canvas = open()
    const before = nodeOf(canvas, 'each').height!
    canvas.onNodesChange([
      { type: 'dimensions', id: keyOf(editor, 'each.inner'), dimensions: { width: 240, height: 400 } },
    ])
    expect(nodeOf(canvas, 'each').height).toBeGreaterThan(before)
    expect(nodeOf(canvas, 'each').height).toBeGreaterThanOrEqual(64 + 400)
  })

  it('takes selection from React Flow into the editor', () => {
    const canvas = open()
    const [edge] = canvas.getState().edges
    canvas.onNodesChange([{ type: 'select', id: keyOf(editor, 'a'), selected: true }])
    canvas.onEdgesChange([{ type: 'select', id: edge!.id, selected: true }])
    expect(editor.store.getState().selection).toEqual({ steps: [keyOf(editor, 'a')], edges: [edge!.id] })
    expect(canvas.getState().edges[0]).toMatchObject({ selected: true })
  })
})
