import type { RunEvent } from '#pipeline/events.ts'
import { describe, expect, it } from 'vitest'

import { type Command, isOvertaken } from './commands.ts'
import { compile } from './compile.ts'
import { decide } from './decide.ts'
import { pendingCommands } from './pending.ts'
import { initialState } from './state.ts'
import { testManifests } from './testing/manifests.ts'

const plan = compile(
  {
    orchestrator: 1,
    name: 'test',
    steps: [
      { id: 'a', type: 'plain' },
      { id: 'b', type: 'plain' },
      { id: 'c', type: 'plain', needs: ['a'] },
      { id: 'd', type: 'plain', needs: ['b'] },
    ],
  },
  testManifests,
)
const started = (path: string): RunEvent => ({ type: 'step-started', path, attempt: 1 })
const succeeded = (path: string): RunEvent => ({
  type: 'step-succeeded',
  path,
  attempt: 1,
  output: { value: path },
  ports: ['out'],
  durationMs: 0,
})
const paused: RunEvent = { type: 'run-paused', reason: 'asked', by: 'test' }
const resumed = (mode: 'continue' | 'step'): RunEvent => ({ type: 'run-resumed', mode, by: 'test' })

/** The state after these events, and the paths that are commanded to start by the last one, or after a restart. */
function after(events: readonly RunEvent[]) {
  const state = initialState(plan)
  let commands: Command[] = []
  const all: RunEvent[] = [{ type: 'run-started', inputs: {} }, ...events]
  for (const [at, event] of all.entries()) commands = decide(state, { at, event })[1]
  const starts = (given: Command[]) =>
    given.flatMap((command) =>
      command.kind === 'start-step' && !isOvertaken(state, command) ? [command.node.path] : [],
    )
  return { state, starts: starts(commands), restarts: starts(pendingCommands(state)) }
}

describe('a paused run', () => {
  it('starts nothing until it goes on, and then what has become due meanwhile', () => {
    const events = [started('a'), started('b'), paused, succeeded('a')]
    expect(after(events).starts).toEqual([])
    expect(after([...events, resumed('continue')])).toMatchObject({ starts: ['c'], state: { stepping: null } })
  })

  it('goes on with what had begun before, also after a crash', () => {
    expect(after([started('a'), paused]).restarts).toEqual(['a'])
    expect(after([started('a'), paused, resumed('continue')]).restarts).toEqual(['a', 'b'])
  })

  it('lets one step start, and knows after a crash whether it has', () => {
    const events = [started('a'), succeeded('a'), paused, resumed('step')]
    expect(after(events)).toMatchObject({ starts: ['b', 'c'], state: { stepping: 'due' } })
    expect(after([...events, started('c')]).state.stepping).toBe('taken')
    expect(after([...events, started('c'), paused]).state).toMatchObject({ paused: { reason: 'asked' } })
  })

  it('is paused no longer once it winds down, and is not paused then', () => {
    const cancel: RunEvent = { type: 'cancel-requested', by: 'test' }
    expect(after([paused, cancel]).state.paused).toBeNull()
    expect(after([cancel, paused]).state.paused).toBeNull()
  })

  it('takes another value for a step that is through', () => {
    const edited: RunEvent = { type: 'value-edited', path: 'a', output: { value: 'edited' }, by: 'test' }
    expect(after([succeeded('a'), paused, edited]).state.root.nodes[0]!.output).toEqual({ value: 'edited' })
    expect(after([paused, edited]).state.root.nodes[0]!.output).toBeNull()
  })
})
