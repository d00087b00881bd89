import type { Step } from '#pipeline/document.ts'
import { describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { testManifests } from './testing/manifests.ts'

const compileSteps = (steps: Step[]) => compile({ orchestrator: 1, name: 'test', steps }, testManifests)

describe('compile', () => {
  it('refuses what cannot run, with the step and the field', () => {
    const refusals: [Step[], object][] = [
      [[{ id: 'a', type: 'nope' }], { code: 'unknown-step-type', info: { step: 'a' } }],
      [[{ id: 'a', type: 'plain', needs: ['b'] }], { code: 'unknown-reference', info: { field: 'needs[0]' } }],
      [
        [
          { id: 'a', type: 'plain' },
          { id: 'a', type: 'plain' },
        ],
        { code: 'duplicate-step' },
      ],
      [
        [
          { id: 'a', type: 'plain', needs: ['b'] },
          { id: 'b', type: 'plain', needs: ['a'] },
        ],
        { code: 'cycle' },
      ],
      [[{ id: 'a', type: 'plain', timeout: 'soon' }], { code: 'invalid-policy', info: { field: 'timeout' } }],
      [
        [{ id: 'm', type: 'map', steps: [{ id: 'x', type: 'plain', needs: ['m'] }] }],
        { code: 'unknown-reference', info: { step: 'm.x' } },
      ],
    ]
    for (const [steps, expected] of refusals) {
      let thrown: unknown
      try {
        compileSteps(steps)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toMatchObject(expected)
    }
  })

  it('works policies out in milliseconds, with the defaults of the language', () => {
    const plan = compileSteps([
      { id: 'a', type: 'plain', timeout: '2m', retry: { attempts: 4 } as Step['retry'] & object },
      { id: 'b', type: 'plain' },
    ])
    expect(plan.root.steps[0]).toMatchObject({
      timeoutMs: 120_000,
      retry: { attempts: 4, backoff: 'exponential', delayMs: 1_000 },
    })
    expect(plan.root.steps[1]).toMatchObject({ timeoutMs: null, retry: { attempts: 1 }, onError: 'fail' })
  })
})
