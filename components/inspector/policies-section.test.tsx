// @vitest-environment happy-dom
import { ApiProvider } from '#components/api/api.tsx'
import { type Editor, EditorProvider } from '#components/editor/editor.ts'
import { keyOf, openTestEditor, pipelineOf } from '#components/editor/testing.ts'
import { TooltipProvider } from '#components/ui/tooltip.tsx'
import { commitTypedTexts } from '#components/ui/use-typed-text.ts'
import type { Step } from '#pipeline/document.ts'
import { validatePipeline } from '#pipeline/validate.ts'
import { manifests } from '#server/steps/registry.ts'
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import { Inspector } from './inspector.tsx'

afterEach(cleanup)

const call: Step = { id: 'call', type: 'http.request', with: { url: 'https://api.example.com/v1' } }

/** The inspector on one step, selected; without one on the pipeline itself. */
function show(step: Step | null = call): { editor: Editor; policies(): Partial<Step> } {
  const editor = openTestEditor(pipelineOf([step ?? call]), { manifests })
  const key = keyOf(editor, (step ?? call).id)
  editor.actions.select(step ? [key] : [])
  render(
    <TooltipProvider>
      <ApiProvider>
        <EditorProvider editor={editor}>
          <Inspector />
        </EditorProvider>
      </ApiProvider>
    </TooltipProvider>,
  )
  return {
    editor,
    policies() {
      const { step } = editor.store.getState().steps[key]!
      const own = new Set(['id', 'type', 'name', 'with', 'steps'])
      return Object.fromEntries(Object.entries(step).filter(([field]) => !own.has(field)))
    },
  }
}

const type = (label: string, value: string) => {
  fireEvent.change(screen.getByLabelText(label), { target: { value } })
  act(() => commitTypedTexts())
}
const choose = (menu: string, item: string) => {
  fireEvent.keyDown(screen.getByRole('button', { name: menu }), { key: 'Enter' })
  fireEvent.click(screen.getByRole('menuitem', { name: item }))
}
const add = (policy: string) => choose('Add a policy', policy)

describe('the policies of a step', () => {
  it('shows only what is set, and offers the rest', () => {
    show({ ...call, timeout: '20s' })
    expect(screen.getByRole('region', { name: 'Time limit' })).toBeTruthy()
    expect(screen.queryByRole('region', { name: 'Try again' })).toBeNull()
    fireEvent.keyDown(screen.getByRole('button', { name: 'Add a policy' }), { key: 'Enter' })
    const offered = screen.getAllByRole('menuitem').map(({ textContent }) => textContent)
    expect(offered).toContain('Try again')
    expect(offered).not.toContain('Time limit')
  })

  it('sets how a step is tried again', () => {
    const { policies } = show()
    add('Try again')
    expect(policies()).toEqual({ retry: { attempts: 3 } })
    type('Attempts in total', '5')
    type('Wait between attempts', '2')
    fireEvent.click(screen.getByRole('button', { name: 'Too many requests' }))
    type('Other statuses or error codes', '404, 5xx')
    fireEvent.click(screen.getByRole('switch', { name: /Vary the wait/ }))
    expect(policies()).toEqual({
      retry: { attempts: 5, delay: '2s', jitter: false, on: ['429', '404', '5xx'] },
    })
    fireEvent.click(screen.getByRole('button', { name: 'Remove: Try again' }))
    expect(policies()).toEqual({})
  })

  it('sets a limit under the name of the service, and what it lets through', () => {
    const { policies } = show()
    add('Shared limit')
    expect(policies()).toEqual({ limit: { key: 'api.example.com', concurrency: 5 } })
    type('Starts', '60')
    type('At once', '')
    expect(policies()).toEqual({ limit: { key: 'api.example.com', rate: '60/m' } })
  })

  it('draws the settings of the step that stands in, and stores them with it', () => {
    const { policies } = show()
    add('Another step instead')
    const block = screen.getByRole('region', { name: 'Another step instead' })
    expect(within(block).getByLabelText('Text')).toBeTruthy()
    expect(policies()).toEqual({ fallback: { type: 'text.template', with: { template: '' } } })
  })

  it('removes a policy as a whole, as one step of undo', () => {
    const { editor, policies } = show({ ...call, on_error: 'continue', error_value: { price: null } })
    fireEvent.click(screen.getByRole('button', { name: 'Remove: When it fails' }))
    expect(policies()).toEqual({})
    act(() => editor.actions.undo())
    expect(policies()).toEqual({ on_error: 'continue', error_value: { price: null } })
  })

  it('says what is wrong where it is, with the button that puts it right', () => {
    const step: Step = { ...call, cache: '0s' }
    const { editor, policies } = show(step)
    const problems = validatePipeline(pipelineOf([step]), manifests)
    act(() => editor.store.setState({ problems, problemsByPath: { call: problems } }))
    const block = screen.getByRole('region', { name: 'Reuse of outputs' })
    fireEvent.click(within(block).getByRole('button', { name: 'Keep nothing' }))
    expect(policies()).toEqual({ cache: 'off' })
  })

  it('offers containers no cache and no limit', () => {
    show({ id: 'each', type: 'flow.map', with: { items: '{{ [1] }}' }, steps: [{ id: 'inner', type: 'flow.stop' }] })
    fireEvent.keyDown(screen.getByRole('button', { name: 'Add a policy' }), { key: 'Enter' })
    const offered = screen.getAllByRole('menuitem').map(({ textContent }) => textContent)
    expect(offered).toContain('Time limit')
    expect(offered).not.toContain('Shared limit')
    expect(offered).not.toContain('Reuse of outputs')
  })
})

describe('the rules for runs of a pipeline', () => {
  it('are set and removed', () => {
    const { editor } = show(null)
    const rules = () => editor.store.getState().policies
    choose('Add a rule', 'Limits of a run')
    expect(rules().limits).toEqual({ time: '1h' })
    type('Steps', '500')
    type('Cost in US dollars', '0.5')
    expect(rules().limits).toEqual({ time: '1h', steps: 500, cost: 0.5 })
    choose('Add a rule', 'Runs at once')
    type('At most', '2')
    expect(rules().concurrency).toEqual({ limit: 2 })
    fireEvent.click(screen.getByRole('button', { name: 'Remove: Limits of a run' }))
    expect(rules().limits).toBeUndefined()
  })
})
