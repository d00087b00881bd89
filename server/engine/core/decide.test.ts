import type { Step } from '#pipeline/document.ts'
import { foldRun } from '#pipeline/run-view.ts'
import { describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { testManifests } from './testing/manifests.ts'
import { Simulation, valueOf } from './testing/simulation.ts'
import { simulate, statusesOf } from './testing/simulate.ts'
import { fateless as fate, type World } from './testing/world.ts'

describe('a dead way', () => {
  it('is skipped as a whole, and each step says why', () => {
    const { journal } = simulate([
      { id: 'root', type: 'branch' },
      { id: 'a', type: 'plain', needs: ['root.false'] },
      { id: 'b', type: 'plain', needs: ['a'] },
    ])
    const view = foldRun(journal)
    expect(view.steps.get('a')!.skippedBecause).toBe('branch-not-taken')
    expect(view.steps.get('b')!.skippedBecause).toBe('upstream-skipped')
    expect(view.status).toBe('succeeded')
  })
})

describe('failures', () => {
  it('end the run: what waits is skipped, what is in flight cancelled', () => {
    const steps: Step[] = [
      { id: 'bad', type: 'plain' },
      { id: 'busy', type: 'map', steps: [{ id: 'inner', type: 'plain' }] },
      { id: 'later', type: 'plain', needs: ['busy'] },
    ]
    // `busy` expands before `bad` ends.
    let ended = 0
    const world: World = {
      fateOf: (path) => ({ ...fate, failures: path === 'bad' ? 1 : 0 }),
      nameOf: (path) => path,
      pick: (count) => (ended++ === 0 ? count - 1 : 0),
    }
    const plan = compile({ orchestrator: 1, name: 'test', steps }, testManifests)
    const { journal, state } = new Simulation(plan, world).run()
    expect(statusesOf(journal)).toEqual({
      bad: 'failed',
      busy: 'cancelled',
      'busy[0].inner': 'cancelled',
      'busy[1].inner': 'cancelled',
      later: 'skipped',
    })
    expect(foldRun(journal)).toMatchObject({ status: 'failed', error: { step: 'bad' } })
    expect(state.frames.size).toBe(1)
  })

  it('are tried again as often as the policy says', () => {
    const retry = { attempts: 3, backoff: 'fixed', delay: '0ms' } as const
    const { journal } = simulate(
      [
        { id: 'flaky', type: 'plain', retry },
        { id: 'hopeless', type: 'plain', retry, on_error: 'continue' },
      ],
      { flaky: { failures: 2 }, hopeless: { failures: 3 } },
    )
    const view = foldRun(journal)
    expect(view.steps.get('flaky')).toMatchObject({ status: 'succeeded', attempt: 3 })
    expect(view.steps.get('hopeless')).toMatchObject({ status: 'failed', attempt: 3, handled: true })
  })

  it('of a container start it over with fresh items', () => {
    const steps: Step[] = [
      {
        id: 'each',
        type: 'map',
        retry: { attempts: 2, backoff: 'fixed', delay: '0ms' },
        on_error: 'continue',
        steps: [{ id: 'inner', type: 'plain' }],
      },
    ]
    const { journal } = simulate(steps, { 'each[0].inner': { failures: 9 }, each: { items: 1 } })
    const started = journal.filter(({ event }) => event.type === 'step-started').map(({ event }) => event)
    expect(started.map((event) => 'path' in event && event.path)).toEqual([
      'each',
      'each[0].inner',
      'each',
      'each[0].inner',
    ])
    expect(foldRun(journal).steps.get('each')).toMatchObject({ status: 'failed', attempt: 2 })
  })
})

describe('containers', () => {
  it('keep no more frames than items in flight, however long the list', () => {
    const plan = compile(
      { orchestrator: 1, name: 'test', steps: [{ id: 'each', type: 'map', steps: [{ id: 'x', type: 'plain' }] }] },
      testManifests,
    )
    const world: World = {
      fateOf: () => ({ ...fate, items: 10_000, concurrency: 8 }),
      nameOf: (path) => path,
      pick: () => 0,
    }
    const simulation = new Simulation(plan, world)
    let most = 0
    while (simulation.step()) most = Math.max(most, simulation.state.frames.size)
    expect(most).toBeLessThanOrEqual(9)
    const view = foldRun(simulation.journal)
    expect(view.steps.get('each')!.items).toMatchObject({ count: 10_000, done: 10_000, failed: 0 })
    expect(view.totals.succeeded).toBe(10_001)
  })

  it('with an empty list or an empty body are done at once', () => {
    const steps: Step[] = [
      { id: 'none', type: 'map', steps: [{ id: 'x', type: 'plain' }] },
      { id: 'hollow', type: 'map', steps: [] },
    ]
    const { journal } = simulate(steps, { none: { items: 0 } })
    const view = foldRun(journal)
    expect(valueOf(view.steps.get('none')!.output)).toMatchObject({ items: [], failed: 0 })
    expect(valueOf(view.steps.get('hollow')!.output)).toMatchObject({
      items: [
        [[0], null],
        [[1], null],
        [[2], null],
      ],
      failed: 0,
    })
  })

  it('ignore events of items that are gone', () => {
    const simulation = simulate([{ id: 'each', type: 'map', steps: [{ id: 'x', type: 'plain' }] }])
    const length = simulation.journal.length
    simulation.emit({
      type: 'step-failed',
      path: 'each[0].x',
      attempt: 1,
      error: { code: 'internal', message: '' },
      durationMs: 0,
      handled: false,
      ports: [],
    })
    simulation.run()
    expect(simulation.journal).toHaveLength(length + 1)
    expect(simulation.state.status).toBe('ended')
  })
})
