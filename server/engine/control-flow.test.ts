import type { JsonValue, PipelineDocument, Step } from '#pipeline/document.ts'
import { describe, expect, it } from 'vitest'
import { describeEachPlace, fail, outputsOf, value, write } from './testing/each-place.ts'
import { documentOf, statusesOf } from './testing/test-engine.ts'

describeEachPlace('control flow', (place) => {
  describe('flow.loop', () => {
    const counting: Step = {
      id: 'loop',
      type: 'flow.loop',
      with: { state: 0, while: 'state < 3', next: '{{ add }}' },
      steps: [value('add', '{{ state + 1 }}'), write('seen', '{{ index }}:{{ add }}', { needs: ['add'] })],
    }
    const outputs = { loop: '{{ loop }}' }

    it('carries a state from turn to turn, and asks before each', async () => {
      const view = await place.run([counting], { outputs })
      expect(outputsOf(view)).toEqual({ loop: { state: 3, turns: 3, output: '2:3' } })
      expect(place.world().written).toEqual(['0:1', '1:2', '2:3'])
    })

    it('asks after each turn, and goes no turn at all when it need not', async () => {
      const until: Step = {
        ...counting,
        with: { state: 10, until: 'state > 11' },
        steps: [value('add', '{{ state + 1 }}')],
      }
      expect(outputsOf(await place.run([until], { outputs }))).toEqual({ loop: { state: 12, turns: 2, output: 12 } })
      const none = { ...counting, with: { state: 9, while: 'state < 3' } }
      expect(outputsOf(await place.run([none], { outputs }))).toEqual({ loop: { state: 9, turns: 0, output: null } })
    })

    it('fails when another turn is due after its limit', async () => {
      const view = await place.run([{ ...counting, with: { state: 0, next: '{{ add }}', limit: 2 } }])
      expect(view.error).toMatchObject({ code: 'loop-limit', step: 'loop' })
      expect(place.world().written).toHaveLength(2)
    })

    it('ends at a break, and nothing of the turn that had not begun runs', async () => {
      const steps: Step[] = [
        value('add', '{{ state + 1 }}'),
        { id: 'enough', type: 'flow.branch', needs: ['add'], with: { condition: 'add == 3' } },
        { id: 'out', type: 'flow.break', needs: ['enough.true'], with: { value: 'found {{ add }}' } },
        write('go', '{{ add }}', { needs: ['enough.false'] }),
      ]
      const view = await place.run([{ id: 'loop', type: 'flow.loop', with: { next: '{{ add }}', state: 0 }, steps }], {
        outputs,
      })
      expect(outputsOf(view)).toEqual({ loop: { state: 2, turns: 3, output: 'found 3' } })
      expect(place.world().written).toEqual([1, 2])
      expect(view.steps.get('loop[2].go')?.status).toBe('skipped')
    })
  })

  describe('a break within a try', () => {
    it('goes through it: what it gives is kept, and the try cleans up', async () => {
      const safe: Step = {
        id: 'safe',
        type: 'flow.try',
        steps: [
          { id: 'out', type: 'flow.break', with: { value: 'gone' } },
          { id: 'rescue', type: 'flow.catch', steps: [write('told', 'caught')] },
          { id: 'cleanup', type: 'flow.finally', steps: [write('closed', 'closed')] },
        ],
      }
      const view = await place.run(
        [{ id: 'turns', type: 'flow.loop', steps: [safe, write('after', 'after', { needs: ['safe'] })] }],
        {
          outputs: { turns: '{{ turns }}' },
        },
      )
      expect(outputsOf(view)).toEqual({ turns: { state: null, turns: 1, output: 'gone' } })
      expect(place.world().written).toEqual(['closed'])
    })
  })

  describe('policies of a container', () => {
    it('another attempt begins its body anew, and an error that is handled lets the run go on', async () => {
      const safe = (more: Partial<Step>): Step => ({
        id: 'safe',
        type: 'flow.try',
        steps: [
          write('tried', '{{ 1 }}'),
          fail('bad', { needs: ['tried'], with: { times: 1, key: JSON.stringify(more) } }),
        ],
        ...more,
      })
      const view = await place.run([safe({ retry: { attempts: 2, delay: '1ms' } })], {
        outputs: { safe: '{{ safe }}' },
      })
      expect(outputsOf(view)).toEqual({ safe: 'ok' })
      expect(place.world().written).toEqual([1, 1])
      const handled = await place.run([safe({ on_error: 'continue' })], { outputs: { code: '{{ safe.error.code }}' } })
      expect(outputsOf(handled)).toEqual({ code: 'request-failed' })
    })

    it.each([
      ['flow.map', { items: [1, 2] }],
      ['flow.loop', {}],
    ])('%s is over its time as a whole', async (type, settings) => {
      const busy: Step = { id: 'busy', type: 'test.gate', with: { name: 'never' } }
      const view = await place.run([{ id: 'long', type, with: settings, steps: [busy], timeout: '40ms' }])
      expect(view.error).toMatchObject({ code: 'step-timeout', step: 'long' })
      expect([...view.steps.values()].filter(({ status }) => status === 'running')).toEqual([])
    })
  })

  describe('flow.try', () => {
    const rescue = (steps: Step[]): Step => ({ id: 'rescue', type: 'flow.catch', steps })
    const cleanup = (steps: Step[]): Step => ({ id: 'cleanup', type: 'flow.finally', steps })
    const safe = (steps: Step[], more: Partial<Step> = {}): Step => ({ id: 'safe', type: 'flow.try', steps, ...more })
    const outputs = { safe: '{{ safe }}' }

    it('catches a failure, tells the catch, and cleans up at the very end', async () => {
      const view = await place.run(
        [
          safe([
            fail('bad'),
            write('never', 'never', { needs: ['bad'] }),
            rescue([write('told', '{{ error.code }} in {{ error.step }}')]),
            cleanup([write('closed', 'closed after {{ error.code }}')]),
          ]),
          write('went', 'caught', { needs: ['safe.caught'] }),
          write('not', 'succeeded', { needs: ['safe.succeeded'] }),
        ],
        { outputs },
      )
      expect(view.status).toBe('succeeded')
      expect(outputsOf(view)).toEqual({ safe: 'request-failed in safe.bad' })
      expect(place.world().written).toEqual(['request-failed in safe.bad', 'closed after request-failed', 'caught'])
      expect(statusesOf(view)).toMatchObject({
        'safe.bad': 'failed',
        'safe.never': 'skipped',
        'safe.rescue.told': 'succeeded',
        safe: 'succeeded',
        not: 'skipped',
      })
    })

    it('passes over the catch when nothing fails, and its value is that of the body', async () => {
      const view = await place.run(
        [
          safe([
            value('good', 7),
            rescue([write('told', 'no')]),
            cleanup([write('closed', 'closed after {{ error }}')]),
          ]),
          write('went', 'succeeded', { needs: ['safe.succeeded'] }),
        ],
        { outputs },
      )
      expect(outputsOf(view)).toEqual({ safe: 7 })
      expect(place.world().written).toEqual(['closed after None', 'succeeded'])
    })

    it('fails with the error of its catch, or of its finally, after cleaning up', async () => {
      const view = await place.run([safe([fail('bad'), rescue([fail('worse')]), cleanup([write('closed', 'closed')])])])
      expect(view.status).toBe('failed')
      expect(view.error?.step).toMatch(/^safe/)
      expect(place.world().written).toEqual(['closed'])
      const unclean = await place.run([safe([value('good', 1), cleanup([fail('stuck')])])])
      expect(unclean.status).toBe('failed')
    })

    it('without a catch cleans up and fails', async () => {
      const view = await place.run([safe([fail('bad'), cleanup([write('closed', 'closed')])])])
      expect(view.status).toBe('failed')
      expect(place.world().written).toEqual(['closed'])
    })

    it('cleans up when the run is cancelled', async () => {
      const view = await place.run(
        [
          safe([
            { id: 'busy', type: 'test.gate', with: { name: 'busy' } },
            rescue([write('told', 'caught')]),
            cleanup([write('closed', 'closed')]),
          ]),
        ],
        { cancelAt: 'busy' },
      )
      expect(view.status).toBe('cancelled')
      expect(place.world().written).toEqual(['closed'])
    })

    it('is over its time as a whole, and cleans up', async () => {
      const view = await place.run([
        safe(
          [
            { id: 'busy', type: 'test.gate', with: { name: 'never' } },
            rescue([write('told', 'caught')]),
            cleanup([write('closed', 'closed')]),
          ],
          { timeout: '50ms' },
        ),
      ])
      expect(view.error).toMatchObject({ code: 'step-timeout', step: 'safe' })
      expect(place.world().written).toEqual(['closed'])
    })
  })

  describe('flow.map', () => {
    const items = [0, 1, 2, 3, 4]
    const outputs = { each: '{{ each }}' }
    const each = (more: Record<string, JsonValue>, steps: Step[]): Step => ({
      id: 'each',
      type: 'flow.map',
      with: { items, ...more },
      steps,
    })

    it('drops items that fail, or ends with the first', async () => {
      const steps = [
        fail('check', { with: { when: '{{ index == 1 }}' } }),
        value('double', '{{ item * 2 }}', { needs: ['check'] }),
      ]
      const dropped = await place.run([each({ item_errors: 'drop' }, steps)], { outputs })
      expect(outputsOf(dropped)).toEqual({ each: { items: [0, 4, 6, 8], errors: [], failed: 1, count: 5 } })
      const failed = await place.run([each({ item_errors: 'fail', concurrency: 1 }, steps)], { outputs })
      expect(failed.error).toMatchObject({ code: 'request-failed' })
      expect(failed.steps.get('each[2].check')).toBeUndefined()
    })

    it('hands several items over at once', async () => {
      const view = await place.run([each({ batch_size: 2 }, [value('sum', '{{ index }}:{{ item | sum }}')])], {
        outputs,
      })
      expect(outputsOf(view)).toEqual({ each: { items: ['0:1', '1:5', '2:4'], errors: [], failed: 0, count: 3 } })
    })

    it('begins no more once its condition holds, or a step breaks out', async () => {
      const stops = each({ concurrency: 1, stop_when: 'result > 2' }, [write('double', '{{ item * 2 }}')])
      expect(outputsOf(await place.run([stops], { outputs }))).toMatchObject({ each: { items: [0, 2, 4], count: 3 } })
      const breaks = each({ concurrency: 1 }, [
        { id: 'found', type: 'flow.branch', with: { condition: 'item == 1' } },
        { id: 'out', type: 'flow.break', needs: ['found.true'], with: { value: 'here' } },
        value('no', 'not {{ item }}', { needs: ['found.false'] }),
      ])
      expect(outputsOf(await place.run([breaks], { outputs }))).toMatchObject({ each: { items: ['not 0', 'here'] } })
    })

    it('keeps no results when told so', async () => {
      const view = await place.run([each({ keep_results: false }, [value('double', '{{ item }}')])], { outputs })
      expect(outputsOf(view)).toEqual({ each: { items: [], errors: [], failed: 0, count: 5 } })
    })
  })

  describe('flow.pipeline', () => {
    const square: PipelineDocument = {
      ...documentOf([value('times', '{{ inputs.n * inputs.n }}')], { result: '{{ times }}' }),
      name: 'Square',
      inputs: { n: { type: 'number' }, label: { default: 'none' } },
    }
    const call = (more: Record<string, JsonValue> = {}): Step => ({
      id: 'call',
      type: 'flow.pipeline',
      with: { pipeline: 'square', inputs: { n: 7 }, ...more },
    })
    const outputs = { call: '{{ call }}' }

    it('runs another pipeline with its inputs and gives its outputs', async () => {
      const view = await place.run([value('times', 'mine'), call()], { outputs, calls: { 'square@latest': square } })
      expect(outputsOf(view)).toEqual({ call: { result: 49 } })
      expect(view.steps.get('call.times')?.status).toBe('succeeded')
    })

    it('shows it nothing of the caller', async () => {
      const nosy = { ...square, steps: [value('times', '{{ secret is defined }} {{ inputs.n }}')] }
      const view = await place.run([value('secret', 1), call()], { outputs, calls: { 'square@latest': nosy } })
      expect(outputsOf(view)).toEqual({ call: { result: 'False 7' } })
    })

    it('fails the call with what the pipeline failed with, and says what its inputs lack', async () => {
      const bad = { ...square, steps: [fail('times')] }
      const view = await place.run([call()], { calls: { 'square@latest': bad } })
      expect(view.error).toMatchObject({ code: 'request-failed' })
      const missing = await place.run([call({ inputs: { n: null } })], { calls: { 'square@latest': square } })
      expect(missing.error).toMatchObject({ code: 'input-missing', step: 'call', field: 'with.inputs.n' })
    })

    it('ends only the call at a stop', async () => {
      const stops: PipelineDocument = {
        ...square,
        steps: [
          { id: 'end', type: 'flow.stop', with: { value: 'early' } },
          write('times', 'never', { needs: ['end'] }),
          { id: 'busy', type: 'test.gate', with: { name: 'never' } },
        ],
        outputs: { end: '{{ end }}', times: '{{ times.x }}' },
      }
      const view = await place.run([call(), write('after', 'after', { needs: ['call'] })], {
        outputs,
        calls: { 'square@latest': stops },
      })
      expect(outputsOf(view)).toEqual({ call: { end: 'early', times: null } })
      expect(place.world().written).toEqual(['after'])
    })

    it('may call itself, and is refused when it goes too deep', async () => {
      const down = (limit: string): PipelineDocument => ({
        ...documentOf(
          [
            { id: 'more', type: 'flow.branch', with: { condition: limit } },
            {
              id: 'deeper',
              type: 'flow.pipeline',
              needs: ['more.true'],
              with: { pipeline: 'down', inputs: { n: '{{ inputs.n - 1 }}' } },
            },
          ],
          { sum: '{{ inputs.n + (deeper.sum if deeper else 0) }}' },
        ),
        inputs: { n: { type: 'number' } },
      })
      const run = (limit: string) =>
        place.run([call({ pipeline: 'down', inputs: { n: 6 } })], { outputs, calls: { 'down@latest': down(limit) } })
      expect(outputsOf(await run('inputs.n > 0'))).toEqual({ call: { sum: 21 } })
      expect((await run('true')).error).toMatchObject({ code: 'call-depth' })
    })
  })

  describe('flow.stop and flow.fail', () => {
    it('a stop is a success, and what had not begun is skipped', async () => {
      const view = await place.run(
        [
          { id: 'end', type: 'flow.stop', with: { value: 'nothing to do' } },
          write('never', 1, { needs: ['end'] }),
          { id: 'busy', type: 'test.gate', with: { name: 'never' } },
        ],
        { outputs: { why: '{{ end }}', late: '{{ busy.field }}' } },
      )
      expect(view.status).toBe('succeeded')
      expect(outputsOf(view)).toEqual({ why: 'nothing to do', late: null })
      expect(statusesOf(view)).toMatchObject({ never: 'skipped' })
    })

    it('a fail fails with its own words, once', async () => {
      const view = await place.run([
        {
          id: 'no',
          type: 'flow.fail',
          with: { message: 'no price for {{ 1 + 1 }}', details: { n: 2 } },
          retry: { attempts: 3 },
        },
      ])
      expect(view.error).toMatchObject({
        code: 'flow-failed',
        message: 'Step "no" failed: no price for 2',
        step: 'no',
        details: { n: 2 },
      })
      expect(view.steps.get('no')?.attempt).toBe(1)
    })
  })

  describe('flow.merge', () => {
    const outputs = { merge: '{{ merge }}' }
    it('takes the first to arrive, and ends the losers of a race', async () => {
      const view = await place.run(
        [
          value('quick', 'quick'),
          { id: 'slow', type: 'test.gate', with: { name: 'never' } },
          { id: 'merge', type: 'flow.merge', needs: ['quick', 'slow'], with: { mode: 'race' } },
        ],
        { outputs },
      )
      expect(outputsOf(view)).toEqual({ merge: 'quick' })
      expect(statusesOf(view)).toMatchObject({ slow: 'cancelled' })
    })

    it('waits for a number of them', async () => {
      const view = await place.run(
        [
          value('a', 'a'),
          { id: 'b', type: 'flow.branch', with: { condition: 'false' } },
          value('c', 'c', { needs: ['b.false'] }),
          { id: 'merge', type: 'flow.merge', needs: ['a', 'b.true', 'c'], with: { mode: 'count', count: 2 } },
          { id: 'all', type: 'flow.merge', needs: ['a', 'b.true'], with: { mode: 'all' } },
        ],
        { outputs },
      )
      expect(outputsOf(view)).toEqual({ merge: ['a', 'c'] })
      expect(statusesOf(view)).toMatchObject({ all: 'skipped' })
    })
  })

  it('all of it nests: a try in a loop in a map in a called pipeline', async () => {
    const nested: PipelineDocument = {
      ...documentOf(
        [
          {
            id: 'each',
            type: 'flow.map',
            with: { items: '{{ inputs.list }}', result: '{{ turns.state }}' },
            steps: [
              {
                id: 'turns',
                type: 'flow.loop',
                with: { state: 0, until: 'state >= item', next: '{{ state + safe }}' },
                steps: [
                  {
                    id: 'safe',
                    type: 'flow.try',
                    steps: [
                      fail('odd', { with: { when: '{{ (index + item) is odd }}' } }),
                      value('one', 1, { needs: ['odd'] }),
                      { id: 'rescue', type: 'flow.catch', steps: [value('two', 2)] },
                    ],
                  },
                ],
              },
            ],
          },
        ],
        { reached: '{{ each.items }}' },
      ),
      inputs: { list: { type: 'list' } },
    }
    const view = await place.run(
      [{ id: 'call', type: 'flow.pipeline', with: { pipeline: 'nested', version: 3, inputs: { list: [1, 2, 3, 4] } } }],
      { outputs: { call: '{{ call.reached }}' }, calls: { 'nested@3': nested } },
    )
    // Turns of an odd sum add 2, others 1.
    expect(outputsOf(view)).toEqual({ call: [2, 3, 3, 4] })
    expect(view.steps.get('call.each[0].turns[0].safe.rescue.two')?.status).toBe('succeeded')
  })
})
