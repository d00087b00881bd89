import type { PipelineDocument, Step } from '#pipeline/document.ts'
import type { RunEvent } from '#pipeline/events.ts'
import { describe, expect, it } from 'vitest'
import { isOvertaken } from './commands.ts'
import { compile } from './compile.ts'
import { decide } from './decide.ts'
import { pendingCommands } from './pending.ts'
import { partState } from './part-state.ts'
import { findNode, initialState, type RunState } from './state.ts'
import { testManifests } from './testing/manifests.ts'

const documentOf = (steps: Step[]): PipelineDocument => ({ orchestrator: 1, name: 'test', steps })
const each: Step = { id: 'each', type: 'map', on_error: 'port', needs: ['before'], steps: [{ id: 'x', type: 'plain' }] }
const plan = compile(
  documentOf([
    { id: 'before', type: 'plain' },
    each,
    { id: 'outer', type: 'map', steps: [{ id: 'call', type: 'call', with: { pipeline: 'inner' } }] },
  ]),
  testManifests,
  new Map([['inner@latest', documentOf([{ id: 'deep', type: 'map', steps: [{ id: 'y', type: 'plain' }] }])]]),
)

const tell = (state: RunState, event: RunEvent) => decide(state, { at: 1, event })[1]
const kinds = (commands: ReturnType<typeof tell>): string[] => commands.map(({ kind }) => kind)
const done = { attempt: 1, output: { value: 1 }, ports: ['out'], durationMs: 1 }
const spread: RunEvent = {
  type: 'map-expanded',
  path: 'each',
  items: { value: [] },
  count: 5,
  concurrency: 2,
  partSize: 2,
}

function spreadState(more: Partial<Extract<RunEvent, { type: 'map-expanded' }>> = {}): RunState {
  const state = initialState(plan)
  tell(state, { type: 'run-started', inputs: {} })
  tell(state, { type: 'step-succeeded', path: 'before', ...done })
  expect(kinds(tell(state, { ...spread, ...more } as RunEvent))).toEqual(['run-parts'])
  return state
}
const part = (from: number, count: number, errors: number[] = []): RunEvent => ({
  type: 'part-finished',
  path: 'each',
  runId: `run-${from}`,
  from,
  count,
  outputs: { value: Array.from({ length: count }, (_, index) => from + index) },
  errors: errors.map((index) => ({ index, error: { code: 'step-failed', message: 'no', step: `each[${index}].x` } })),
})

describe('a spread map', () => {
  it('ends once every part has, each taken once, in whatever order', () => {
    const state = spreadState()
    expect(kinds(tell(state, part(4, 1)))).toEqual([])
    expect(kinds(tell(state, part(4, 1)))).toEqual([])
    expect(kinds(tell(state, part(0, 2, [1])))).toEqual([])
    expect(kinds(pendingCommands(state))).toContain('run-parts')
    expect(kinds(tell(state, part(2, 2)))).toEqual(['collect'])
    expect(kinds(pendingCommands(state))).toContain('collect')
    expect(findNode(state, 'each')!.container).toMatchObject({ finished: 5, failed: 1, errors: [{ index: 1 }] })
  })

  it('ends its child runs when it is cancelled, or when an item fails it', () => {
    const cancelled = spreadState()
    const commands = tell(cancelled, { type: 'cancel-requested', by: 'test' })
    expect(kinds(commands)).toEqual(expect.arrayContaining(['cancel-parts', 'cancel-step']))
    const failed = spreadState({ itemErrors: 'fail' })
    expect(kinds(tell(failed, part(0, 2, [1])))).toEqual(['cancel-parts', 'fail-step'])
    expect(kinds(pendingCommands(failed)).slice(0, 2)).toEqual(['cancel-parts', 'fail-step'])
  })
})

describe('the run of a part', () => {
  it('has the map as its only step, at its path, and counts items from where it begins', () => {
    const state = partState(plan, { path: 'each', from: 4, scope: {}, inputs: { a: 1 } })
    const [start] = tell(state, { type: 'run-started', inputs: {} })
    expect(start).toMatchObject({ kind: 'start-step', node: { path: 'each', step: { onError: 'fail' } } })
    expect(state.root.scope.inputs).toEqual({ a: 1 })
    const items = tell(state, {
      type: 'map-expanded',
      path: 'each',
      items: { value: [7, 8] },
      count: 2,
      concurrency: 2,
    })
    expect(items.map((command) => 'node' in command && command.node.path)).toEqual(['each[4].x', 'each[5].x'])
    for (const index of [4, 5]) {
      tell(state, { type: 'step-succeeded', path: `each[${index}].x`, ...done })
      tell(state, { type: 'item-finished', path: `each[${index}]`, output: { value: index } })
    }
    expect(findNode(state, 'each')!.container).toMatchObject({ outputs: [{ value: 4 }, { value: 5 }] })
    const [end] = tell(state, { type: 'step-succeeded', path: 'each', ...done })
    expect(end).toEqual({ kind: 'finish-run', outcome: 'succeeded' })
    expect(isOvertaken(state, end!)).toBe(false)
  })

  it('finds its map inside items and called pipelines', () => {
    const state = partState(plan, { path: 'outer[2].call.deep', from: 0, scope: {}, inputs: { b: 2 } })
    expect(findNode(state, 'outer[2].call.deep')!.frame.scope).toMatchObject({ depth: 1, inputs: { b: 2 } })
    expect(() => partState(plan, { path: 'before', from: 0, scope: {}, inputs: {} })).toThrow(/no map at "before"/)
  })
})
