import { foldRun } from '#pipeline/run-view.ts'
import { describe, expect, it } from 'vitest'
import { raisedAround } from './last-output.ts'
import { findNode } from './state.ts'
import { guarded, plain } from './testing/guarded.ts'
import { begin, simulate, statusesOf } from './testing/simulate.ts'
import { valueOf } from './testing/simulation.ts'

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

  it('fails as its body did when its catch is not carried out', () => {
    const simulation = begin([guarded(plain('fetch'))], { 'safe.fetch': { failures: 1 } })
    for (const path of ['safe', 'safe.fetch']) simulation.end(path)
    simulation.emit({ type: 'step-skipped', path: 'safe.rescue', reason: 'not-needed' })
    simulation.settle()
    simulation.end('safe.close')
    simulation.run()
    expect(simulation.state.root.failure).toMatchObject({ step: 'safe.fetch' })
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

  it('runs its finally when the run is cancelled in a pause that held it back', () => {
    const simulation = begin([guarded(plain('fetch'))])
    simulation.end('safe')
    simulation.emit({ type: 'run-paused', reason: 'asked' })
    simulation.end('safe.fetch')
    expect(findNode(simulation.state, 'safe.close')!.status).toBe('ready')
    simulation.emit({ type: 'cancel-requested', by: 'test' })
    simulation.run()
    expect(statusesOf(simulation.journal)).toMatchObject({ 'safe.close.unlock': 'succeeded', safe: 'cancelled' })
    expect(foldRun(simulation.journal).status).toBe('cancelled')
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
