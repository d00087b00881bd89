import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeEachDatabase } from '#db/testing.ts'
import type { JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'
import type { RunOptions } from '#pipeline/run-options.ts'
import type { RunView } from '#pipeline/run-view.ts'
import { localScope } from '#server/auth/scope.ts'
import { documentOf, openTestEngine, type TestEngine, valueIn } from '../testing/test-engine.ts'

const write = (id: string, value: JsonValue, more: Partial<Step> = {}): Step => ({
  id,
  type: 'test.write',
  with: { value },
  ...more,
})

interface RunOf {
  outputs?: Record<string, JsonValue>
  inputs?: Record<string, JsonValue>
  calls?: Record<string, PipelineDocument>
  options?: RunOptions
}

describeEachDatabase('a run made from an earlier one', (open) => {
  let test: TestEngine
  beforeAll(async () => {
    test = await openTestEngine(await open())
  })
  afterAll(() => test.close())

  /** Runs to the end: the view, and the values its `test.write` steps have written. */
  async function run(steps: Step[], more: RunOf = {}): Promise<{ runId: string; view: RunView; written: unknown[] }> {
    const { outputs, inputs = {}, calls = {}, options } = more
    const before = test.world.written.length
    const runId = await test.engine.start({
      scope: localScope,
      pipelineName: 'test',
      document: documentOf(steps, outputs),
      inputs,
      calls,
      ...(options && { options }),
    })
    const view = await test.ended(runId)
    return { runId, view, written: test.world.written.slice(before) }
  }

  const from = (runId: string, ...paths: string[]): RunOptions => ({ reuse: { runId, from: paths } })

  describe('after a failure', () => {
    const steps: Step[] = [
      write('a', 'a'),
      { id: 'flaky', type: 'test.fail', needs: ['a'], with: { times: 1, key: '{{ inputs.key }}' } },
      write('b', 'b after {{ a }} and {{ flaky }}', { needs: ['flaky'] }),
      write('beside', 'beside'),
    ]

    it('carries out what failed and what never came to its turn', async () => {
      const inputs = { key: 'retry-plain' }
      const outputs = { b: '{{ b }}' }
      const failed = await run(steps, { inputs, outputs })
      expect(failed.view.status).toBe('failed')
      expect(failed.written.map(String).toSorted()).toEqual(['a', 'beside'])
      const retried = await run(steps, { inputs, outputs, options: { reuse: { runId: failed.runId } } })
      expect(retried.view.status).toBe('succeeded')
      expect(retried.written).toEqual(['b after a and ok'])
      expect(valueIn(retried.view.outputs)).toEqual({ b: 'b after a and ok' })
      expect(retried.view.steps.get('a')).toMatchObject({ status: 'succeeded', durationMs: 0 })
    })

    it('goes on inside a map with the items that had not succeeded', async () => {
      const map: Step[] = [
        {
          id: 'each',
          type: 'flow.map',
          with: { items: [0, 1, 2, 3], concurrency: 1, item_errors: 'fail' },
          steps: [
            write('first', 'first {{ item }}'),
            {
              id: 'flaky',
              type: 'test.fail',
              needs: ['first'],
              with: { when: '{{ item == 2 }}', times: 1, key: 'retry-in-map' },
            },
            write('last', 'last {{ item }}', { needs: ['flaky'] }),
          ],
        },
      ]
      const outputs = { items: '{{ each.items }}' }
      const failed = await run(map, { outputs })
      expect(failed.view.status).toBe('failed')
      expect(failed.written).toEqual(['first 0', 'last 0', 'first 1', 'last 1', 'first 2'])
      const retried = await run(map, { outputs, options: { reuse: { runId: failed.runId } } })
      expect(retried.written).toEqual(['last 2', 'first 3', 'last 3'])
      expect(valueIn(retried.view.outputs)).toEqual({ items: ['last 0', 'last 1', 'last 2', 'last 3'] })
    })

    it('tries only the failed items of a map that went on without them', async () => {
      const map = (times: number): Step[] => [
        {
          id: 'each',
          type: 'flow.map',
          with: { items: [0, 1, 2], concurrency: 1 },
          steps: [
            { id: 'flaky', type: 'test.fail', with: { when: '{{ item == 1 }}', times, key: 'failed-items' } },
            write('last', 'last {{ item }}', { needs: ['flaky'] }),
          ],
        },
        write('sum', '{{ each.items }}', { needs: ['each'] }),
      ]
      const first = await run(map(1))
      expect(first.view.status).toBe('succeeded')
      expect(first.written).toEqual(['last 0', 'last 2', ['last 0', null, 'last 2']])
      const retried = await run(map(1), { options: from(first.runId, 'each[1].flaky') })
      expect(retried.written).toEqual(['last 1', ['last 0', 'last 1', 'last 2']])
      // Those that failed stay so while another item is run again.
      const other = await run(map(1), { options: from(first.runId, 'each[2].last') })
      expect(other.written).toEqual(['last 2', ['last 0', null, 'last 2']])
    })

    it('goes to the catch again with the error that was caught, when the catch failed', async () => {
      const safe: Step[] = [
        {
          id: 'safe',
          type: 'flow.try',
          steps: [
            write('attempt', 'attempt'),
            { id: 'broken', type: 'test.fail', needs: ['attempt'] },
            {
              id: 'rescue',
              type: 'flow.catch',
              steps: [
                { id: 'flaky', type: 'test.fail', with: { times: 1, key: 'in-catch' } },
                write('note', '{{ error.code }}', { needs: ['flaky'] }),
              ],
            },
            { id: 'cleanup', type: 'flow.finally', steps: [write('close', 'close')] },
          ],
        },
      ]
      const failed = await run(safe)
      expect(failed.view.status).toBe('failed')
      expect(failed.written).toEqual(['attempt', 'close'])
      const retried = await run(safe, { options: { reuse: { runId: failed.runId } } })
      expect(retried.view.status).toBe('succeeded')
      expect(retried.written).toEqual(['request-failed', 'close'])
      expect(retried.view.steps.get('safe.broken')).toMatchObject({ status: 'failed' })
    })

    it('says so when the earlier run is gone', async () => {
      const { view, written } = await run(steps, { options: { reuse: { runId: 'nowhere' } } })
      expect(view).toMatchObject({ status: 'failed', error: { code: 'value-missing' } })
      expect(written).toEqual([])
    })
  })

  describe('from a step', () => {
    it('repeats it and what follows, on every level of nesting', async () => {
      const steps: Step[] = [
        write('load', [10, 20]),
        {
          id: 'outer',
          type: 'flow.map',
          needs: ['load'],
          with: { items: '{{ load }}', concurrency: 1 },
          steps: [
            write('head', 'head {{ item }}'),
            {
              id: 'inner',
              type: 'flow.map',
              needs: ['head'],
              with: { items: [1, 2, 3], concurrency: 1 },
              steps: [write('leaf', '{{ head }}/{{ item }}'), write('aside', 'aside {{ item }}')],
            },
            write('tail', '{{ inner.items | length }}', { needs: ['inner'] }),
          ],
        },
        write('end', '{{ outer.items }}', { needs: ['outer'] }),
        write('beside', 'beside', { needs: ['load'] }),
      ]
      const first = await run(steps)
      expect(first.written).toHaveLength(19)
      const again = await run(steps, { options: from(first.runId, 'outer[1].inner[2].leaf') })
      expect(again.written).toEqual(['head 20/3', 3, [3, 3]])
      expect(again.view.status).toBe('succeeded')
      // A run of a run of a run, into what the one before took over whole.
      const third = await run(steps, { options: from(again.runId, 'outer[0].inner[0].aside') })
      expect(third.written).toEqual(['aside 1', 3, [3, 3]])
      const fourth = await run(steps, { options: from(third.runId, 'beside') })
      expect(fourth.written).toEqual(['beside'])
      const fifth = await run(steps, { options: from(fourth.runId, 'outer[1].head') })
      expect(fifth.written[0]).toBe('head 20')
      expect(fifth.written).toHaveLength(9)
    })

    it('repeats the turn of a loop from there, and all turns after it', async () => {
      const steps: Step[] = [
        {
          id: 'count',
          type: 'flow.loop',
          with: { state: { n: 0 }, while: 'state.n < 4', next: { n: '{{ state.n + 1 }}' } },
          steps: [write('draft', 'draft {{ state.n }}'), write('check', 'check {{ state.n }}', { needs: ['draft'] })],
        },
        write('end', '{{ count.turns }}', { needs: ['count'] }),
      ]
      const first = await run(steps)
      expect(first.written).toHaveLength(9)
      const again = await run(steps, { options: from(first.runId, 'count[2].check') })
      expect(again.written).toEqual(['check 2', 'draft 3', 'check 3', 4])
    })

    it('repeats the catch and the finally of a try, and what it called inside a called pipeline', async () => {
      const calls = {
        'child@latest': documentOf(
          [write('one', 'one {{ inputs.n }}'), write('two', 'two of {{ one }}', { needs: ['one'] })],
          { two: '{{ two }}' },
        ),
      }
      const child = { ...calls['child@latest'], inputs: { n: { type: 'number' as const } } }
      const steps: Step[] = [
        {
          id: 'safe',
          type: 'flow.try',
          steps: [
            { id: 'call', type: 'flow.pipeline', with: { pipeline: 'child', inputs: { n: 7 } } },
            { id: 'cleanup', type: 'flow.finally', steps: [write('close', 'close')] },
          ],
        },
        write('end', '{{ safe }}', { needs: ['safe'] }),
      ]
      const first = await run(steps, { calls: { 'child@latest': child } })
      expect(first.written).toEqual(['one 7', 'two of one 7', 'close', { two: 'two of one 7' }])
      const again = await run(steps, {
        calls: { 'child@latest': child },
        options: from(first.runId, 'safe.call.two'),
      })
      expect(again.written).toEqual(['two of one 7', 'close', { two: 'two of one 7' }])
    })

    it('takes the way that was taken, also over the edge of an error', async () => {
      const steps: Step[] = [
        { id: 'risky', type: 'test.fail', on_error: 'port', with: { times: 1, key: 'way' } },
        write('fine', 'fine', { needs: ['risky'] }),
        write('report', 'report {{ risky.error.code }}', { needs: ['risky.error'] }),
      ]
      const first = await run(steps)
      expect(first.written).toEqual(['report request-failed'])
      const again = await run(steps, { options: from(first.runId, 'report') })
      expect(again.written).toEqual(['report request-failed'])
      expect(again.view.steps.get('risky')).toMatchObject({ status: 'failed', handled: true })
    })

    it('keeps the winner of a race', async () => {
      const steps: Step[] = [
        { id: 'slow', type: 'test.gate', with: { name: 'race-loser' } },
        write('quick', 'quick'),
        { id: 'first', type: 'flow.merge', needs: ['slow', 'quick'], with: { mode: 'race' } },
        write('end', 'end {{ first }}', { needs: ['first'] }),
      ]
      const first = await run(steps)
      expect(first.written).toEqual(['quick', 'end quick'])
      const again = await run(steps, { options: from(first.runId, 'end') })
      expect(again.written).toEqual(['end quick'])
      expect(again.view.steps.get('slow')?.attempt).toBe(0)
    })

    it('carries out again what has changed since, and what follows from it', async () => {
      const before: Step[] = [
        write('a', 'a'),
        write('b', 'b', { needs: ['a'] }),
        write('c', 'c {{ b }}', { needs: ['b'] }),
        write('d', 'd', { needs: ['a'] }),
      ]
      const first = await run(before)
      const after = before.map((step) => (step.id === 'b' ? write('b', 'new b', { needs: ['a'] }) : step))
      const again = await run(after, { options: from(first.runId, 'd') })
      expect(again.written.map(String).toSorted()).toEqual(['c new b', 'd', 'new b'])
      const named = before.map((step) => ({ ...step, name: `${step.id} with a name`, note: 'a note' }))
      expect((await run(named, { options: from(first.runId, 'd') })).written).toEqual(['d'])
    })

    it('keeps items of a map whose settings have changed, as far as they are the same', async () => {
      const map = (items: JsonValue[], concurrency: number): Step[] => [
        {
          id: 'each',
          type: 'flow.map',
          with: { items, concurrency },
          steps: [write('leaf', '{{ item }}')],
        },
      ]
      const first = await run(map(['a', 'b', 'c'], 1))
      expect((await run(map(['a', 'b', 'c'], 3), { options: { reuse: { runId: first.runId } } })).written).toEqual([])
      const other = await run(map(['a', 'x', 'c', 'd'], 1), { options: { reuse: { runId: first.runId } } })
      expect(other.written).toEqual(['x', 'd'])
    })

    it('gives large outputs on as they are', async () => {
      const steps: Step[] = [
        write('big', '{{ range(5000) | list }}'),
        write('length', '{{ big | length }}', { needs: ['big'] }),
      ]
      const first = await run(steps)
      const again = await run(steps, { options: from(first.runId, 'length') })
      expect(again.written).toEqual([5000])
    })
  })

  describe('of some steps only', () => {
    const steps: Step[] = [
      write('a', 'a'),
      write('b', 'b {{ a }}', { needs: ['a'] }),
      write('c', 'c {{ b }}', { needs: ['b'] }),
      write('beside', 'beside'),
      {
        id: 'each',
        type: 'flow.map',
        needs: ['a'],
        with: { items: [1, 2, 3], concurrency: 1, result: '{{ last }}' },
        steps: [write('leaf', 'leaf {{ item }}'), write('last', 'last {{ item }}', { needs: ['leaf'] })],
      },
      {
        id: 'count',
        type: 'flow.loop',
        with: { state: { n: 0 }, while: 'state.n < 4', next: { n: '{{ turn + 1 }}' } },
        steps: [write('turn', '{{ state.n }}'), write('other', 'other {{ state.n }}', { needs: ['turn'] })],
      },
    ]
    const outputs = { c: '{{ c.d.e }}', b: '{{ b }}' }

    it('does what is needed for them, and gives out what it can', async () => {
      const { view, written } = await run(steps, { outputs, options: { until: ['b'] } })
      expect(written).toEqual(['a', 'b a'])
      expect(view.status).toBe('succeeded')
      expect(view.steps.get('beside')).toMatchObject({ status: 'skipped', skippedBecause: 'not-needed' })
      expect(valueIn(view.outputs)).toEqual({ b: 'b a', c: null })
    })

    it('reaches into one item of a map, one step of all items, and one turn of a loop', async () => {
      expect((await run(steps, { options: { until: ['each[1].leaf'] } })).written).toEqual(['a', 'leaf 2'])
      expect((await run(steps, { options: { until: ['each.leaf'] } })).written).toEqual([
        'a',
        'leaf 1',
        'leaf 2',
        'leaf 3',
      ])
      const turn = await run(steps, { options: { until: ['count[1].turn'] } })
      expect(turn.written).toEqual([0, 'other 0', 1])
      expect(turn.view.status).toBe('succeeded')
    })

    it('runs one step with what the latest run had before it, with its own settings or others', async () => {
      const first = await run(steps)
      const { runId } = first
      const own = await run(steps, { options: { until: ['c'], reuse: { runId, from: ['c'] } } })
      expect(own.written).toEqual(['c b a'])
      const overrides = { c: { value: 'other {{ b }}' } }
      const other = await run(steps, { options: { until: ['c'], reuse: { runId, from: ['c'] }, overrides } })
      expect(other.written).toEqual(['other b a'])
      const again = await run(steps, { options: { until: ['c'], reuse: { runId: other.runId } } })
      expect(again.written).toEqual(['c b a'])
    })

    it('runs what is before it when that has never run', async () => {
      const partly = await run(steps, { options: { until: ['a'] } })
      const { written } = await run(steps, { options: { until: ['c'], reuse: { runId: partly.runId, from: ['c'] } } })
      expect(written).toEqual(['b a', 'c b a'])
    })

    it('takes pinned outputs instead of carrying steps out', async () => {
      const pins = { b: { output: { value: 'pinned' } } }
      const pinned = await run(steps, { options: { until: ['c'], pins } })
      expect(pinned.written).toEqual(['a', 'c pinned'])
      expect(pinned.view.steps.get('b')).toMatchObject({ status: 'succeeded', durationMs: 0 })
      const { runId } = pinned
      // With the same pin nothing is to be done, without it what was pinned and what follows from it.
      expect((await run(steps, { options: { until: ['c'], pins, reuse: { runId } } })).written).toEqual([])
      expect((await run(steps, { options: { until: ['c'], reuse: { runId } } })).written).toEqual(['b a', 'c b a'])
      const each = { 'each.leaf': { output: { value: 0 } } }
      expect((await run(steps, { options: { until: ['each'], pins: each } })).written).toEqual([
        'a',
        'last 1',
        'last 2',
        'last 3',
      ])
    })
  })
})
