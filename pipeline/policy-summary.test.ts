import { expect, it } from 'vitest'
import { summarizePolicies } from './policy-summary.ts'

it('says nothing about a step without policies', () => {
  expect(summarizePolicies({})).toEqual([])
  expect(
    summarizePolicies({ on_error: 'fail', retry: { attempts: 1 }, cache: 'off', priority: 0, runs_on: [] }),
  ).toEqual([])
})

it('says what is set in a few words, in the order it comes to bear', () => {
  const notes = summarizePolicies({
    retry: { attempts: 3, on: ['429', '5xx'] },
    timeout: '5m',
    on_error: 'continue',
    fallback: { type: 'text.template' },
    cache: '2h',
    limit: { key: 'openai', concurrency: 5, rate: '60/m' },
    priority: 10,
    runs_on: ['gpu', 'eu'],
  })
  expect(notes.map(({ kind, text }) => [kind, text])).toEqual([
    ['limit', '5 at once, 60 a minute'],
    ['priority', 'Priority 10'],
    ['runs_on', 'gpu, eu'],
    ['cache', 'Kept 2 h'],
    ['timeout', '5 min'],
    ['retry', '3 attempts'],
    ['fallback', 'text.template'],
    ['on_error', 'Goes on'],
  ])
  expect(notes.find(({ kind }) => kind === 'retry')?.title).toBe('Tried up to 3 times on 429, 5xx')
})

it('takes what it does not understand as it is', () => {
  const [limit] = summarizePolicies({ limit: { key: 'k', rate: 'sometimes' } })
  expect(limit?.text).toBe('sometimes')
})
