import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Editor, RunControl, ShownRun } from './editor.ts'
import { emptyRunControl } from './run-control.ts'
import { keyOf, openTestEditor, pipelineOf } from './testing.ts'

const over: ShownRun = { status: 'failed', ended: true, stopping: false, paused: false, retryable: true }
const open: ShownRun = { status: 'running', ended: false, stopping: false, paused: false, retryable: false }

let editor: Editor
/** What was asked of runs, in order. */
let asked: unknown[][]
beforeEach(() => {
  asked = []
  editor = openTestEditor(pipelineOf([{ id: 'a', type: 'data.json' }]))
  const record = Object.fromEntries(
    Object.keys(emptyRunControl).map((name) => [name, (...given: unknown[]) => void asked.push([name, ...given])]),
  )
  editor.attachRuns(record as unknown as RunControl)
})
afterEach(() => editor.close())
const enabled = (id: string): boolean => editor.commands.get(id)!.enabled(editor.store.getState())
const press = (id: string): void => {
  expect(enabled(id), id).toBe(true)
  editor.commands.get(id)!.run()
}

describe('commands of one step', () => {
  it('act on the selected step, and need one', () => {
    expect(['run-step', 'run-to', 'rerun-from', 'toggle-pin'].map(enabled)).toEqual([false, false, false, false])
    const a = keyOf(editor, 'a')
    editor.actions.select([a])
    press('run-step')
    press('run-to')
    editor.store.setState({ runId: 'r', run: over })
    press('rerun-from')
    press('toggle-pin')
    editor.store.setState({ pins: { a: { value: 1, isPreview: false } } })
    press('toggle-pin')
    expect(asked).toEqual([
      ['runStep', a],
      ['runTo', a],
      ['rerunFrom', a, 'shown'],
      ['pin', a],
      ['unpin', a],
    ])
  })

  it('re-run only what has ended', () => {
    editor.actions.select([keyOf(editor, 'a')])
    editor.store.setState({ runId: 'r', run: open })
    expect(enabled('rerun-from')).toBe(false)
    // On the draft there is nothing newer than what is shown.
    editor.store.setState({ run: over })
    expect(enabled('rerun-from-latest')).toBe(false)
  })
})

describe('commands of the shown run', () => {
  it('steer it while it is open, and retry it afterwards', () => {
    expect(['cancel-run', 'toggle-pause', 'retry-run'].map(enabled)).toEqual([false, false, false])
    editor.store.setState({ runId: 'r', run: open })
    press('toggle-pause')
    editor.store.setState({ run: { ...open, paused: true } })
    press('toggle-pause')
    press('cancel-run')
    editor.store.setState({ run: { ...open, stopping: true } })
    expect(['cancel-run', 'toggle-pause', 'retry-run'].map(enabled)).toEqual([false, false, false])
    editor.store.setState({ run: over })
    press('retry-run')
    expect(asked.map(([name]) => name)).toEqual(['pause', 'resume', 'cancel', 'retry'])
  })

  it('forget the run before when another is shown', () => {
    editor.store.setState({ runId: 'r', run: over })
    editor.actions.showRun('s')
    expect(editor.store.getState().run).toBeNull()
  })
})
