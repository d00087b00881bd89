import { expect, it } from 'vitest'
import { errorText } from './error-text.ts'

it('says where, what, what was tried and what would help', () => {
  expect(
    errorText({
      code: 'request-failed',
      message: 'GET api.example.com/items answered 503 Service Unavailable',
      step: 'each[3].fetch',
      stepName: 'Fetch page',
      item: { index: 3, label: 'acme.com' },
      tried: { attempts: 3, durationMs: 4_240, fallback: 'text.template' },
      fix: 'Try again later.',
    }),
  ).toBe(
    'Step "Fetch page" (each[3].fetch), item 3 (acme.com) failed: GET api.example.com/items answered 503 Service Unavailable. ' +
      'Tried 3 times in 4.2 s, then its fallback text.template. Try again later.',
  )
})

it('leaves out what there is nothing to say about, and says no place twice', () => {
  expect(errorText({ code: 'internal', message: 'It broke.' })).toBe('It broke.')
  expect(errorText({ code: 'step-failed', message: 'no', step: 'a', tried: { attempts: 1, durationMs: 5 } })).toBe(
    'Step "a" failed: no.',
  )
  expect(errorText({ code: 'step-failed', message: 'Step "a" failed: no', step: 'a' })).toBe('Step "a" failed: no.')
})
