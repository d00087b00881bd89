import { expect, it } from 'vitest'
import { isSet, limitKeyFor, policyKinds, initialPolicy, withoutPolicy } from './policy-kinds.ts'

it('shows a policy once it is set, and not when it is removed', () => {
  const step = { id: 'a', type: 'http.request' }
  for (const { id } of policyKinds) {
    expect(isSet(step, id)).toBe(false)
    const added = { ...step, ...initialPolicy(step, id) }
    expect(isSet(added, id)).toBe(true)
    expect(isSet({ ...added, ...withoutPolicy(id) }, id)).toBe(false)
  }
})

it('names a shared limit after the service a step calls', () => {
  expect(limitKeyFor({ type: 'http.request', with: { url: 'https://api.example.com/v1?x={{ y }}' } })).toBe(
    'api.example.com',
  )
  expect(limitKeyFor({ type: 'ai.generate', with: { model: 'openai/gpt-5' } })).toBe('openai')
  expect(limitKeyFor({ type: 'ai.generate', with: {} })).toBe('models')
  expect(limitKeyFor({ type: 'file.write' })).toBe('file.write')
})
