import type { Step } from '#pipeline/document.ts'
import { foldRun } from '#pipeline/run-view.ts'
import { describe, expect, it } from 'vitest'
import { raisedAround } from './last-output.ts'
import { findNode } from './state.ts'
import { begin, simulate, statusesOf } from './testing/simulate.ts'
import { valueOf } from './testing/simulation.ts'

const plain = (id: string, ...needs: string[]): Step => ({ id, type: 'plain', needs })
const guarded = (...steps: Step[]): Step => ({
  id: 'safe',
  type: 'try',
  steps: [
    ...steps,
    { id: 'rescue', type: 'catch', steps: [plain('notify')] },
    { id: 'close', type: 'finally', steps: [plain('unlock')] },
  ],
})

describe('a try', () => {
  it('goes on with its own output, and tidies up, when nothing fails', () => {
    const { journal } = simulate([guarded(plain('fetch'), plain('parse', 'fetch')), plain('fine', 'safe.succeeded')])
    expect(statusesOf(journal)).toEqual({
      safe: 'succeeded',
      'safe.fetch': 'succeeded',
      'safe.parse': 'succeeded',
      'safe.rescue': 'skipped',
      'safe.close': 'succeeded',
      'safe.close.unlock': 'succeeded',
      fine: 'succeeded',
    })
    expect(valueOf(foldRun(journal).steps.get('safe')!.output)).toBe('safe.parse(fetch)')
  })

  it('catches what fails, with the error in reach, and goes on with what the catch gives', () => {
    const simulation = begin([guarded(plain('fetch'), plain('parse', 'fetch')), plain('sorry', 'safe.caught')], {
      'safe.fetch': { failures: 1 },
    })
    while (!findNode(simulation.state, 'safe.rescue.notify')) simulation.step()
    const { frame } = findNode(simulation.state, 'safe.rescue.notify')!
    expect(raisedAround(frame)).toMatchObject({ code: 'step-failed', step: 'safe.fetch' })
    simulation.run()
    expect(statusesOf(simulation.journal)).toMatchObject({
      'safe.fetch': 'failed',
      'safe.parse': 'skipped',
      'safe.rescue': 'succeeded',
      'safe.close.unlock': 'succeeded',
      safe: 'succeeded',
      sorry: 'succeeded',
    })
    expect(valueOf(foldRun(simulation.journal).steps.get('safe')!.output)).toBe('safe.rescue.notify()')
  })

  it('fails with the error of its catch, after its finally', () => {
    const { journal } = simulate([guarded(plain('fetch'))], {
      'safe.fetch': { failures: 1 },
      'safe.rescue.notify': { failures: 1 },
      'safe.close.unlock': { failures: 1 },
    })
    const view = foldRun(journal)
    expect(view).toMatchObject({ status: 'failed', error: { step: 'safe.rescue.notify' } })
    expect(view.steps.get('safe.close')).toMatchObject({ status: 'failed' })
    const ends = journal.map(({ event }) => `${event.type} ${'path' in event ? event.path : ''}`)
    expect(ends.indexOf('step-failed safe.close')).toBeLessThan(ends.indexOf('step-failed safe'))
  })

  it('is begun anew by its retry policy', () => {
    const retry = { attempts: 2, backoff: 'fixed', delay: '0ms' } as const
    const { journal } = simulate([{ ...guarded(), retry, steps: [plain('fetch')] }], { 'safe.fetch': { failures: 9 } })
    const starts = journal.flatMap(({ event }) => (event.type === 'step-started' ? [event.path] : []))
    expect(starts).toEqual(['safe', 'safe.fetch', 'safe', 'safe.fetch'])
  })

  it('runs its finally when the run is cancelled, and catches nothing of that', () => {
    const simulation = begin([guarded(plain('fetch')), plain('after', 'safe')])
    simulation.end('safe')
    simulation.emit({ type: 'cancel-requested', by: 'test' })
    simulation.run()
    expect(statusesOf(simulation.journal)).toEqual({
      safe: 'cancelled',
      'safe.fetch': 'cancelled',
      'safe.rescue': 'skipped',
      'safe.close': 'succeeded',
      'safe.close.unlock': 'succeeded',
      after: 'skipped',
    })
    expect(foldRun(simulation.journal).status).toBe('cancelled')
  })

  it('catches nothing any more when the run is cancelled while what failed winds down', () => {
    const inner = { ...guarded(plain('fetch')), id: 'inner' }
    const simulation = begin([guarded(plain('bad'), inner)], { 'safe.bad': { failures: 1 } })
    for (const path of ['safe', 'safe.inner', 'safe.bad']) simulation.end(path)
    expect(findNode(simulation.state, 'safe')!.frame.ended).toBe(false)
    simulation.emit({ type: 'cancel-requested', by: 'test' })
    simulation.run()
    expect(statusesOf(simulation.journal)).toMatchObject({
      'safe.inner.close.unlock': 'succeeded',
      'safe.rescue': 'skipped',
      'safe.close.unlock': 'succeeded',
      safe: 'cancelled',
    })
  })

  it('lets a finally that has begun come to its end, whatever ends around it', () => {
    const simulation = begin([guarded(plain('fetch')), plain('bad')], { bad: { failures: 1 } })
    for (const path of ['safe', 'safe.fetch', 'safe.close']) simulation.end(path)
    expect(findNode(simulation.state, 'safe.close.unlock')?.status).toBe('running')
    simulation.end('bad')
    simulation.run()
    expect(statusesOf(simulation.journal)).toMatchObject({ 'safe.close.unlock': 'succeeded', safe: 'cancelled' })
  })

  it('winds down when it is out of time, without its catch, and then fails', () => {
    const simulation = begin([{ ...guarded(plain('slow')), timeout: '1s', on_error: 'continue' }])
    simulation.end('safe')
    const error = { code: 'step-timeout', message: 'too slow', step: 'safe' } as const
    simulation.emit({ type: 'step-failing', path: 'safe', attempt: 1, error })
    simulation.run()
    expect(statusesOf(simulation.journal)).toMatchObject({
      'safe.slow': 'cancelled',
      'safe.rescue': 'skipped',
      'safe.close.unlock': 'succeeded',
      safe: 'failed',
    })
    expect(foldRun(simulation.journal)).toMatchObject({ status: 'succeeded' })
    expect(foldRun(simulation.journal).steps.get('safe')!.error).toEqual(error)
  })
})

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
