import { afterEach, describe, expect, it } from 'vitest'
import { type Editor, matchesKeys } from './editor.ts'
import { keyOf, openTestEditor, pipelineOf } from './testing.ts'

const press = (key: string, held: string[] = [], code = '') => ({
  key,
  code,
  metaKey: held.includes('Meta'),
  ctrlKey: held.includes('Control'),
  shiftKey: held.includes('Shift'),
  altKey: held.includes('Alt'),
})

describe('matchesKeys', () => {
  it('takes Cmd and Ctrl for Mod, and wants no key more or less', () => {
    expect(matchesKeys(press('z', ['Control']), ['Mod+Z'])).toBe(true)
    expect(matchesKeys(press('z', ['Meta']), ['Mod+Z'])).toBe(true)
    expect(matchesKeys(press('z'), ['Mod+Z'])).toBe(false)
    expect(matchesKeys(press('Z', ['Control', 'Shift']), ['Mod+Z'])).toBe(false)
    expect(matchesKeys(press('Z', ['Control', 'Shift']), ['Mod+Shift+Z'])).toBe(true)
    expect(matchesKeys(press('d'), ['Mod+D', 'D'])).toBe(true)
  })

  it('reads characters that need Shift on some keyboards', () => {
    expect(matchesKeys(press('?', ['Shift'], 'Slash'), ['?'])).toBe(true)
    expect(matchesKeys(press('=', ['Control'], 'Equal'), ['Mod+='])).toBe(true)
    expect(matchesKeys(press('1', [], 'Digit1'), ['1'])).toBe(true)
    expect(matchesKeys(press('ArrowUp', ['Alt']), ['Alt+ArrowUp'])).toBe(true)
  })
})

describe('commands', () => {
  let editor: Editor
  afterEach(() => editor.close())
  const run = (id: string): void => {
    const command = editor.commands.get(id)!
    if (command.enabled(editor.store.getState())) command.run()
  }
  const selected = (): string[] =>
    editor.store.getState().selection.steps.map((key) => editor.store.getState().steps[key]!.path)
  const open = () =>
    openTestEditor(
      pipelineOf(
        [
          { id: 'a', type: 'data.json' },
          { id: 'b', type: 'data.json', needs: ['a'] },
          { id: 'c', type: 'data.json', needs: ['a'] },
          { id: 'each', type: 'flow.map', needs: ['b'], steps: [{ id: 'inner', type: 'data.json' }] },
        ],
        {
          layout: {
            steps: {
              a: { x: 0, y: 0 },
              b: { x: 320, y: 0 },
              c: { x: 320, y: 160 },
              each: { x: 640, y: 0 },
              'each.inner': { x: 32, y: 64 },
            },
          },
        },
      ),
    )

  it('have ids and shortcuts of their own', () => {
    editor = open()
    const keys = [...editor.commands.values()].flatMap((command) => command.keys)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('walk the graph along edges, up and down, and into containers and out again', () => {
    editor = open()
    run('walk-right')
    expect(selected()).toEqual(['a'])
    run('walk-right')
    expect(selected()).toEqual(['b'])
    run('walk-down')
    expect(selected()).toEqual(['c'])
    run('walk-up')
    run('walk-right')
    expect(selected()).toEqual(['each'])
    run('walk-right')
    expect(selected()).toEqual(['each.inner'])
    run('walk-left')
    expect(selected()).toEqual(['each'])
    run('walk-left')
    run('walk-left')
    expect(selected()).toEqual(['a'])
  })

  it('move by the grid, several presses as one undo step', () => {
    editor = open()
    const key = keyOf(editor, 'a')
    editor.actions.select([key])
    for (let press = 0; press < 3; press++) run('move-right')
    expect(editor.store.getState().layouts[key]).toMatchObject({ x: 48, y: 0 })
    run('undo')
    expect(editor.store.getState().layouts[key]).toMatchObject({ x: 0, y: 0 })
  })

  it('delete, disable and select all', () => {
    editor = open()
    editor.actions.select([keyOf(editor, 'c')])
    run('toggle-disabled')
    expect(editor.document().steps[2]!.disabled).toBe(true)
    run('toggle-disabled')
    expect(editor.document().steps[2]!.disabled).toBeUndefined()
    run('delete')
    expect(editor.document().steps.map(({ id }) => id)).toEqual(['a', 'b', 'each'])
    run('select-all')
    expect(selected()).toHaveLength(4)
    run('delete')
    expect(editor.document().steps).toEqual([])
    expect(editor.commands.get('delete')!.enabled(editor.store.getState())).toBe(false)
  })
})
