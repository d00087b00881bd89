import { describe, expect, it } from 'vitest'
import type { PipelineDocument, Step } from './document.ts'
import type { Problem } from './problem.ts'
import { testManifests } from './testing/manifests.ts'
import { validatePipeline, validateText } from './validate.ts'

const text = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  type: 'text.template',
  with: { template: 'hello' },
  ...more,
})
const call = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  type: 'http.request',
  with: { url: 'https://example.org' },
  ...more,
})
const check = (step: Step, more: Partial<PipelineDocument> = {}): Problem[] =>
  validatePipeline({ orchestrator: 1, name: 'Test', steps: [step], ...more }, testManifests)

describe('policies', () => {
  it('that make sense together have no problems', () => {
    const policies: Partial<Step> = {
      retry: { attempts: 3, backoff: 'fixed', delay: '2s', jitter: false, on: ['429', '5xx', 'step-timeout', '50X'] },
      timeout: '20s',
      on_error: 'continue',
      error_value: { price: null, why: '{{ error.message }}' },
      fallback: { type: 'text.template', with: { template: 'none' } },
      cache: '1h',
      cache_key: 'price',
      limit: { key: 'shop', concurrency: 2, rate: '60/m' },
      priority: 5,
      runs_on: ['eu'],
    }
    expect(check(call('price', policies), { limits: { time: '1h', steps: 100, cost: 0.5 } })).toEqual([])
  })

  it.each<[string, Step, Partial<Problem>]>([
    [
      'no attempt but one',
      call('a', { retry: { attempts: 1 } }),
      {
        severity: 'warning',
        field: 'retry.attempts',
        fix: { kind: 'replace', title: 'Make it 3 attempts', field: 'retry.attempts', value: 3 },
      },
    ],
    [
      'an error nobody knows',
      call('a', { retry: { attempts: 2, on: ['429', 'step-timeot'] } }),
      {
        field: 'retry.on[1]',
        fix: { kind: 'rename', title: 'Change it to step-timeout', from: 'step-timeot', to: 'step-timeout' },
      },
    ],
    ['a status there is not', call('a', { retry: { attempts: 2, on: ['999'] } }), { field: 'retry.on[0]' }],
    ['a timeout of nothing', call('a', { timeout: '0s' }), { field: 'timeout' }],
    [
      'a value nobody goes on with',
      call('a', { error_value: 1 }),
      {
        severity: 'warning',
        field: 'error_value',
        fix: { kind: 'replace', title: 'Go on after a failure', field: 'on_error', value: 'continue' },
      },
    ],
    [
      'a fallback of no known type',
      call('a', { fallback: { type: 'text.templat' } }),
      {
        code: 'unknown-step-type',
        field: 'fallback.type',
        fix: { kind: 'rename', title: 'Change the type to text.template', from: 'text.templat', to: 'text.template' },
      },
    ],
    [
      'a fallback with steps inside',
      call('a', { fallback: { type: 'flow.map' } }),
      { field: 'fallback', fix: { kind: 'remove', title: 'Remove the fallback' } },
    ],
    [
      'a fallback that leaves another way',
      call('a', { fallback: { type: 'flow.branch', with: { condition: 'true' } } }),
      { field: 'fallback', message: 'flow.branch leaves by its port "true", which http.request does not have' },
    ],
    [
      'settings the fallback does not have',
      call('a', { fallback: { type: 'text.template', with: { template: 'x', templat: 'y' } } }),
      { code: 'invalid-config', field: 'fallback.with.templat' },
    ],
    [
      'settings the fallback needs',
      call('a', { fallback: { type: 'text.template' } }),
      { code: 'invalid-config', field: 'fallback.with.template' },
    ],
    [
      'an output kept for no time',
      call('a', { cache: '0s' }),
      { field: 'cache', fix: { kind: 'replace', title: 'Keep nothing', field: 'cache', value: 'off' } },
    ],
    [
      'a key of nothing kept',
      call('a', { cache: 'off', cache_key: 'x' }),
      {
        severity: 'warning',
        field: 'cache_key',
        fix: { kind: 'replace', title: 'Keep it for an hour', field: 'cache', value: '1h' },
      },
    ],
    [
      'a limit that limits nothing',
      call('a', { limit: { key: 'x' } }),
      { field: 'limit', fix: { kind: 'replace', title: 'At most 5 at once', field: 'limit.concurrency', value: 5 } },
    ],
    ['a rate of nothing', call('a', { limit: { key: 'x', rate: '0/m' } }), { field: 'limit.rate' }],
    [
      'a rate nobody reads',
      call('a', { limit: { key: 'x', rate: 'often' } }),
      { field: 'limit.rate', message: 'limit.rate is "often"; write a rate such as 60/m or 5/s' },
    ],
  ])('with %s are located, with a fix where there is one', (_what, step, problem) => {
    expect(check(step)).toMatchObject([{ severity: 'error', code: 'invalid-policy', step: 'a', ...problem }])
  })

  it('of a container that only its steps can have are refused', () => {
    const each: Step = { id: 'each', type: 'flow.map', with: { items: '{{ [1] }}' }, steps: [text('a')] }
    expect(check({ ...each, limit: { key: 'x', concurrency: 1 } })).toMatchObject([
      { field: 'limit', fix: { kind: 'remove' } },
    ])
    expect(check({ ...each, cache: 'forever' })).toMatchObject([{ field: 'cache', fix: { kind: 'remove' } }])
  })

  it('that share a key should have the same numbers', () => {
    const problems = validatePipeline(
      {
        orchestrator: 1,
        name: 'Test',
        steps: [
          call('one', { limit: { key: 'shop', rate: '60/m' } }),
          call('two', { limit: { key: 'shop', rate: '60/m' } }),
          call('three', { limit: { key: 'shop', rate: '30/m' } }),
        ],
      },
      testManifests,
    )
    expect(problems).toMatchObject([
      { severity: 'warning', step: 'three', field: 'limit', message: /one shares the limit/ },
    ])
  })

  it('of the run that no step can keep to are found', () => {
    expect(check(call('a'), { limits: { time: '0s' } })).toMatchObject([
      { code: 'invalid-policy', field: 'limits.time' },
    ])
    expect(check(call('a', { timeout: '2h' }), { limits: { time: '1h' } })).toMatchObject([
      { severity: 'warning', step: 'a', field: 'timeout' },
    ])
  })

  it('are found in a text with line and column', () => {
    const { problems } = validateText(
      'orchestrator: 1\nname: Test\nsteps:\n  - id: a\n    type: http.request\n    with: { url: https://example.org }\n    retry: { attempts: 3, on: [42] }\n    limit: { key: x, rate: 0/m }\n',
      testManifests,
    )
    expect(problems.map(({ line, column, field }) => `${line}:${column} ${field}`)).toEqual([
      '7:32 retry.on[0]',
      '8:28 limit.rate',
    ])
  })
})
