import { describe, expect, it } from 'vitest'
import { computeCostUsd, findPrice, guessProvider, listPricedModels } from './cost.ts'

const million = { inputTokens: 1_000_000, outputTokens: 1_000_000 }

describe('the cost of an answer', () => {
  it('follows the price list for the providers that have one', () => {
    expect(computeCostUsd({ provider: 'openai' }, 'gpt-4o-mini', million)).toBeCloseTo(0.75, 6)
    expect(findPrice({ provider: 'openai' }, 'gpt-4o-mini')).toEqual({ inputPerMillion: 0.15, outputPerMillion: 0.6 })
  })

  it('is lower for input that the provider had cached', () => {
    const cached = { ...million, outputTokens: 0, cacheReadTokens: 1_000_000 }
    expect(computeCostUsd({ provider: 'openai' }, 'gpt-4o-mini', cached)).toBeCloseTo(0.075, 6)
  })

  it('is unknown, not zero, for a model or an endpoint without a known price', () => {
    expect(computeCostUsd({ provider: 'openai' }, 'no-such-model', million)).toBeNull()
    const somewhere = { provider: 'openai-compatible' as const, baseUrl: 'https://models.example.com/v1' }
    expect(computeCostUsd(somewhere, 'gpt-4o-mini', million)).toBeNull()
    expect(findPrice(somewhere, 'gpt-4o-mini')).toBeNull()
  })

  it('is known by the address for compatible endpoints on the list', () => {
    const groq = { provider: 'openai-compatible' as const, baseUrl: 'https://api.groq.com/openai/v1' }
    expect(computeCostUsd(groq, 'llama-3.3-70b-versatile', million)).toBeGreaterThan(0)
  })
})

it('knows who makes the usual models by their names', () => {
  expect(guessProvider('gpt-4o-mini')).toBe('openai')
  expect(guessProvider('claude-sonnet-4-5')).toBe('anthropic')
  expect(guessProvider('gemini-2.5-flash')).toBe('google')
  expect(guessProvider('my-own-model')).toBeUndefined()
  expect(listPricedModels({ provider: 'anthropic' }).some((id) => id.startsWith('claude'))).toBe(true)
})
