import { expect, it } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const asked = (headers: Record<string, string>, now = 0) => retryAfterMs((name) => headers[name], now)

it('reads seconds, milliseconds and moments', () => {
  expect(asked({ 'retry-after': '7' })).toBe(7_000)
  expect(asked({ 'retry-after': '0.5' })).toBe(500)
  expect(asked({ 'retry-after-ms': '1500', 'retry-after': '9' })).toBe(1_500)
  expect(asked({ 'x-ratelimit-reset-after': '2' })).toBe(2_000)
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(asked({ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, now)).toBe(30_000)
  expect(asked({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, now)).toBe(0)
})

it('says nothing where the server does not, or makes no sense', () => {
  expect(asked({})).toBeUndefined()
  expect(asked({ 'retry-after': 'soon' })).toBeUndefined()
  expect(asked({ 'retry-after': '-3x' })).toBeUndefined()
})
