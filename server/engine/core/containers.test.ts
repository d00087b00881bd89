import type { Step } from '#pipeline/document.ts'
import type { RunEvent } from '#pipeline/events.ts'
import { foldRun } from '#pipeline/run-view.ts'
import { describe, expect, it } from 'vitest'
import { isOvertaken } from './commands.ts'
import { decide } from './decide.ts'
import { findNode } from './state.ts'
import { guarded, plain } from './testing/guarded.ts'
import { begin, simulate, statusesOf } from './testing/simulate.ts'
import { valueOf } from './testing/simulation.ts'

describe('a loop', () => {
  const again = (limit: number, ...steps: Step[]): Step => ({ id: 'again', type: 'loop', with: { limit }, steps })

  it('takes turn after turn and carries its state', () => {
    const { journal } = simulate([again(5, plain('work'))], { again: { items: 3 } })
    const view = foldRun(journal)
    expect(valueOf(view.steps.get('again')!.output)).toEqual({ state: '012', turns: 3, output: 'again[2].work()' })
    expect(view.steps.get('again')!.loop).toMatchObject({ turns: 3, limit: 5 })
  })

  it('fails when it wants a turn more than its limit', () => {
    const { journal } = simulate([again(2, plain('work'))], { again: { items: 3 } })
    expect(foldRun(journal)).toMatchObject({ status: 'failed', error: { code: 'loop-limit', step: 'again' } })
    expect(statusesOf(journal)['again[2].work']).toBeUndefined()
  })

  it('fails with the step that fails in a turn', () => {
    const { journal } = simulate([again(5, plain('work'))], { again: { items: 3 }, 'again[1].work': { failures: 1 } })
    expect(foldRun(journal)).toMatchObject({ status: 'failed', error: { step: 'again[1].work' } })
  })
})

describe('a container that begins anew', () => {
  it('is not ended by what was worked out of its attempt before', () => {
    const retry = { attempts: 2, backoff: 'fixed', delay: '0ms' } as const
    const { state } = begin([{ id: 'safe', type: 'try', retry, steps: [] }])
    const tell = (event: RunEvent) => decide(state, { at: 1, event })[1]
    tell({ type: 'body-entered', path: 'safe' })
    const [collect] = tell({ type: 'item-finished', path: 'safe', output: { value: 1 } })
    expect(collect).toMatchObject({ kind: 'collect', attempt: 1 })
    expect(isOvertaken(state, collect!)).toBe(false)
    const error = { code: 'step-timeout', message: 'too slow' } as const
    tell({ type: 'step-failing', path: 'safe', attempt: 1, error })
    tell({ type: 'step-retried', path: 'safe', attempt: 1, error, resumeAt: 1 })
    tell({ type: 'step-started', path: 'safe', attempt: 2 })
    tell({ type: 'body-entered', path: 'safe' })
    expect(isOvertaken(state, collect!)).toBe(true)
  })
})

describe('ending early', () => {
  it('a break ends its item, through a try whose finally runs, and begins no more', () => {
    const body = [
      plain('look'),
      {
        id: 'safe',
        type: 'try',
        needs: ['look'],
        steps: [{ id: 'found', type: 'break' }, plain('more', 'found'), ...guarded().steps!],
      },
      plain('after', 'safe'),
    ]
    const { journal } = simulate([
      { id: 'each', type: 'map', with: { concurrency: 1 }, steps: body },
      plain('end', 'each'),
    ])
    expect(statusesOf(journal)).toEqual({
      each: 'succeeded',
      'each[0].look': 'succeeded',
      'each[0].safe': 'cancelled',
      'each[0].safe.found': 'succeeded',
      'each[0].safe.more': 'skipped',
      'each[0].safe.rescue': 'skipped',
      'each[0].safe.close': 'succeeded',
      'each[0].safe.close.unlock': 'succeeded',
      'each[0].after': 'skipped',
      end: 'succeeded',
    })
    expect(valueOf(foldRun(journal).steps.get('each')!.output)).toMatchObject({
      items: [[[0], 'each[0].safe.found()']],
    })
  })

  it('a break finishes the items that were begun', () => {
    const body = [{ id: 'out', type: 'break' }]
    const { journal } = simulate([{ id: 'each', type: 'map', steps: body }], { each: { items: 9, concurrency: 3 } })
    expect(valueOf(foldRun(journal).steps.get('each')!.output)).toMatchObject({ finished: 3 })
  })

  it('a stop ends the run as a success, through everything around it', () => {
    const inner: Step = {
      id: 'again',
      type: 'loop',
      with: { limit: 9 },
      steps: [guarded({ id: 'enough', type: 'stop' })],
    }
    const { journal, state } = simulate([
      { id: 'each', type: 'map', steps: [inner] },
      plain('busy'),
      plain('end', 'each'),
    ])
    expect(statusesOf(journal)).toMatchObject({
      each: 'cancelled',
      'each[0].again': 'cancelled',
      'each[0].again[0].safe.enough': 'succeeded',
      'each[0].again[0].safe.close.unlock': 'succeeded',
      end: 'skipped',
    })
    expect(foldRun(journal).status).toBe('succeeded')
    expect(state.frames.size).toBe(1)
  })

  it('a stop in a called pipeline ends that call only, and a break there reaches no loop of the caller', () => {
    const calls = {
      inner: [{ id: 'enough', type: 'stop' }, plain('rest', 'enough')],
      lost: [{ id: 'out', type: 'break' }],
    }
    const call = (id: string): Step => ({ id, type: 'call', with: { pipeline: id } })
    const { journal } = simulate(
      [call('inner'), { id: 'each', type: 'map', needs: ['inner'], steps: [call('lost')] }],
      {},
      calls,
    )
    expect(statusesOf(journal)).toMatchObject({
      inner: 'succeeded',
      'inner.rest': 'skipped',
      'each[2].lost': 'succeeded',
      each: 'succeeded',
    })
  })
})

describe('a called pipeline', () => {
  it('may call itself, and knows its own depth and inputs only', () => {
    const again: Step = { id: 'deeper', type: 'call', with: { pipeline: 'self' }, on_error: 'continue' }
    const simulation = begin([{ ...again, id: 'call' }], {}, { self: [again] })
    while (!findNode(simulation.state, 'call.deeper.deeper')) simulation.step()
    const { scope } = findNode(simulation.state, 'call.deeper.deeper')!.frame
    expect(scope).toMatchObject({ depth: 2, inputs: {}, document: { steps: [again] } })
    simulation.run()
    expect(statusesOf(simulation.journal)).toEqual({
      call: 'succeeded',
      'call.deeper': 'succeeded',
      'call.deeper.deeper': 'failed',
    })
  })
})

describe('a race', () => {
  it('ends what leads only to it, and runs the finally of a loser', () => {
    const slow = { ...guarded(plain('fetch')), id: 'slow' }
    const steps: Step[] = [
      plain('quick'),
      slow,
      plain('later', 'slow'),
      { id: 'won', type: 'merge', needs: ['quick', 'later'], with: { mode: 'race' } },
      plain('both', 'quick'),
    ]
    const simulation = begin(steps)
    simulation.end('slow')
    simulation.end('quick')
    expect(findNode(simulation.state, 'won')!.status).toBe('running')
    simulation.run()
    expect(statusesOf(simulation.journal)).toMatchObject({
      won: 'succeeded',
      slow: 'cancelled',
      'slow.fetch': 'cancelled',
      'slow.close.unlock': 'succeeded',
      later: 'skipped',
      both: 'succeeded',
    })
    const view = foldRun(simulation.journal)
    expect(view.steps.get('later')!.skippedBecause).toBe('lost-race')
    expect(valueOf(view.steps.get('won')!.output)).toBe('won(race)')
  })
})

describe('the grace of a step that is cancelled', () => {
  const steps: Step[] = [
    plain('quick'),
    { id: 'slow', type: 'stop' },
    { id: 'won', type: 'merge', needs: ['quick', 'slow'], with: { mode: 'race' } },
    plain('after', 'won'),
  ]
  /** The race is won, and the loser has its signal. */
  const lost = () => {
    const { state } = begin(steps)
    const tell = (event: RunEvent) => decide(state, { at: 1, event })[1]
    tell({ type: 'step-started', path: 'slow', attempt: 1 })
    const done = { attempt: 1, output: { value: 1 }, ports: ['out'], durationMs: 1 }
    expect(tell({ type: 'step-succeeded', path: 'quick', ...done })).toMatchObject([
      { kind: 'start-step', node: { path: 'won' } },
      { kind: 'cancel-step', node: { path: 'slow' } },
    ])
    return { state, tell, done }
  }
  const error = { code: 'step-failed', message: 'aborted' } as const

  it('counts what it completes, which ends nothing more', () => {
    const { state, tell, done } = lost()
    expect(tell({ type: 'step-succeeded', path: 'slow', ...done, ends: 'run' })).toEqual([])
    expect(findNode(state, 'slow')!.status).toBe('succeeded')
    expect(state.root.ended).toBe(false)
  })

  it('does not count its failure', () => {
    const { state, tell } = lost()
    tell({ type: 'step-failed', path: 'slow', attempt: 1, error, durationMs: 1, handled: false, ports: [] })
    expect(state.root).toMatchObject({ ended: false, failure: null })
  })

  it('begins nothing again', () => {
    const { tell } = lost()
    const again = tell({ type: 'step-retried', path: 'slow', attempt: 1, error, resumeAt: 5 })
    expect(again).toMatchObject([{ kind: 'cancel-step', node: { path: 'slow' } }])
  })
})

describe('a limit of the run', () => {
  it('ends it from outside: nothing catches it, finallys run', () => {
    const simulation = begin([guarded(plain('fetch'))])
    simulation.end('safe')
    simulation.emit({ type: 'limit-reached', error: { code: 'run-limit', message: 'too long' } })
    simulation.run()
    expect(statusesOf(simulation.journal)).toMatchObject({ 'safe.rescue': 'skipped', 'safe.close.unlock': 'succeeded' })
    expect(foldRun(simulation.journal)).toMatchObject({ status: 'failed', error: { code: 'run-limit' } })
  })
})
