// @vitest-environment happy-dom
import { ApiProvider } from '#components/api/api.tsx'
import { type Editor, EditorProvider } from '#components/editor/editor.ts'
import { keyOf, openTestEditor, pipelineOf } from '#components/editor/testing.ts'
import { TooltipProvider } from '#components/ui/tooltip.tsx'
import { commitTypedTexts } from '#components/ui/use-typed-text.ts'
import type { Step } from '#pipeline/document.ts'
import { manifests } from '#server/steps/registry.ts'
import { EditorView } from '@uiw/react-codemirror'
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { Inspector } from './inspector.tsx'

afterEach(cleanup)

/** The inspector on one step of a pipeline, the step selected. */
function show(step: Step, before: Step[] = []): { editor: Editor; with_: () => Step['with'] } {
  const editor = openTestEditor(pipelineOf([...before, step]), { manifests })
  const key = keyOf(editor, step.id)
  editor.actions.select([key])
  render(
    <TooltipProvider>
      <ApiProvider>
        <EditorProvider editor={editor}>
          <Inspector />
        </EditorProvider>
      </ApiProvider>
    </TooltipProvider>,
  )
  return { editor, with_: () => editor.store.getState().steps[key]!.step.with }
}

const type = (label: string, value: string) => {
  fireEvent.change(screen.getByLabelText(label), { target: { value } })
  act(() => commitTypedTexts())
}

describe('the form of a step', () => {
  it('stores a number and removes it again', () => {
    const { with_ } = show({ id: 'split', type: 'text.split', with: { text: 'a' } })
    type('Size', '500')
    expect(with_()).toEqual({ text: 'a', size: 500 })
    type('Size', '')
    expect(with_()).toEqual({ text: 'a' })
  })

  it('takes back a change in the field that has the focus', () => {
    const { with_ } = show({ id: 'split', type: 'text.split', with: { text: 'a', size: 300 } })
    const field = screen.getByLabelText<HTMLInputElement>('Size')
    field.focus()
    fireEvent.change(field, { target: { value: '500' } })
    fireEvent.keyDown(field, { key: 'z', ctrlKey: true })
    expect(field.value).toBe('300')
    expect(with_()).toMatchObject({ size: 300 })
    fireEvent.keyDown(field, { key: 'z', ctrlKey: true, shiftKey: true })
    expect(field.value).toBe('500')
    expect(with_()).toMatchObject({ size: 500 })
  })

  it('draws a list of objects field by field, starting from its default', () => {
    const { with_ } = show({ id: 'sum', type: 'data.aggregate', with: { items: '{{ x }}' } })
    const measures = screen.getByRole('group', { name: '', description: /What to compute/ })
    expect(within(measures).getByLabelText('Measure 1').textContent).toContain('Count')
    fireEvent.click(within(measures).getByRole('button', { name: 'Add' }))
    expect(with_()?.measures).toEqual([{ op: 'count' }, { op: 'count' }])
    fireEvent.click(within(measures).getByRole('button', { name: 'Remove 1' }))
    expect(with_()?.measures).toEqual([{ op: 'count' }])
  })

  it('keeps examples with their label', () => {
    const { with_ } = show({ id: 'sort', type: 'ai.classify', with: { text: 'a', labels: ['good', 'bad'] } })
    fireEvent.click(screen.getAllByRole('button', { name: 'Give examples' })[0]!)
    type('Examples of good, one a line', 'very nice\n\n lovely ')
    expect(with_()?.labels).toEqual([{ label: 'good', examples: ['very nice', 'lovely'] }, 'bad'])
  })

  it('says what a step type does not have', () => {
    show({ id: 'merge', type: 'flow.try' })
    expect(screen.getByText('This step has no settings.')).toBeTruthy()
  })

  it('renames a step in every expression, and keeps the old id when the new one is taken', () => {
    const { editor } = show({ id: 'split', type: 'text.split', with: { text: '{{ load }}' } }, [
      { id: 'load', type: 'text.split', with: { text: 'b' } },
    ])
    const rename = (to: string) => {
      const field = screen.getByLabelText<HTMLInputElement>('Step id, the name in expressions')
      fireEvent.change(field, { target: { value: to } })
      fireEvent.blur(field)
    }
    rename('load')
    expect(screen.getByLabelText<HTMLInputElement>('Step id, the name in expressions').value).toBe('split')
    act(() => editor.actions.select([keyOf(editor, 'load')]))
    rename('source')
    expect(editor.store.getState().steps[keyOf(editor, 'split')]!.step.with).toEqual({ text: '{{ source }}' })
  })
})

describe('a field of an expression', () => {
  const text = () => document.querySelector<HTMLElement>('[data-field="with.text"]')!
  const write = (value: string) => {
    const view = EditorView.findFromDOM(text())!
    act(() => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } }))
  }

  it('stores what is typed and follows undo', () => {
    const { editor, with_ } = show({ id: 'split', type: 'text.split', with: { text: 'a' } })
    write('b {{ c }}')
    act(() => commitTypedTexts())
    expect(with_()).toEqual({ text: 'b {{ c }}' })
    act(() => editor.actions.undo())
    expect(with_()).toEqual({ text: 'a' })
    expect(screen.getByLabelText('Text')).toBe(text())
  })

  it('draws the edge that a reference needs when it is left', () => {
    const { editor } = show({ id: 'split', type: 'text.split', with: { text: 'a' } }, [
      { id: 'load', type: 'data.json', with: { text: '[]' } },
    ])
    expect(editor.store.getState().edgeKeys).toEqual([])
    act(() => EditorView.findFromDOM(text())!.focus())
    write('{{ load }}')
    act(() => text().blur())
    expect(Object.values(editor.store.getState().edges)).toMatchObject([
      { from: keyOf(editor, 'load'), to: keyOf(editor, 'split') },
    ])
  })

  it('leaves the other fields alone', async () => {
    show({ id: 'split', type: 'text.split', with: { text: 'a', size: 3 } })
    const others: string[] = []
    const observer = new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target instanceof Element ? target : target.parentElement
        if (element && !element.closest('.cm-editor')) others.push(element.outerHTML.slice(0, 80))
      }
    })
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    write('hello')
    act(() => commitTypedTexts())
    await act(() => Promise.resolve())
    observer.disconnect()
    expect(text().textContent).toBe('hello')
    expect(others).toEqual([])
  })
})
