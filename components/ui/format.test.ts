import { describe, expect, it } from 'vitest'
import { formatBytes, formatCost, formatDuration, formatNumber, formatRelativeTime } from './format.ts'
import { describeValue } from './value-view.tsx'

describe('formatDuration', () => {
  it.each([
    [0, '< 1 ms'],
    [0.4, '< 1 ms'],
    [480, '480 ms'],
    [999.6, '1.0 s'],
    [1_240, '1.2 s'],
    [59_949, '59.9 s'],
    [59_970, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_599_700, '1 h 0 min'],
    [7_800_000, '2 h 10 min'],
  ])('%d ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [4_096, '4.1 kB'],
    [999_900, '1.0 MB'],
    [12_000_000, '12 MB'],
    [3_200_000_000, '3.2 GB'],
  ])('%d bytes read %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

describe('formatCost', () => {
  it.each([
    [0, 'Free'],
    [0.00002, '< $0.0001'],
    [0.0012, '$0.0012'],
    [1.5, '$1.50'],
  ])('%d dollars read %s', (usd, text) => {
    expect(formatCost(usd)).toBe(text)
  })
})

it('formatNumber groups thousands and keeps what matters of a fraction', () => {
  expect(formatNumber(12_345.678)).toBe('12,345.678')
  expect(formatNumber(0.1 + 0.2)).toBe('0.3')
})

describe('formatRelativeTime', () => {
  const now = Date.UTC(2026, 0, 15, 12)
  it.each([
    [10_000, 'just now'],
    [-10_000, 'just now'],
    [5 * 60_000, '5 minutes ago'],
    [-5 * 60_000, 'in 5 minutes'],
    [3 * 3_600_000, '3 hours ago'],
    [26 * 3_600_000, 'yesterday'],
    [70 * 86_400_000, '2 months ago'],
    [800 * 86_400_000, '2 years ago'],
  ])('%d ms before now reads %s', (before, text) => {
    expect(formatRelativeTime(now - before, now)).toBe(text)
  })
})

describe('describeValue', () => {
  it.each([
    [null, 'Nothing'],
    ['a', 'Text, 1 character'],
    [true, 'True'],
    [[{ a: 1, b: 2 }], '1 row × 2 columns'],
    [[1, 2], 'List of 2'],
    [{ rows: [{ a: 1 }, { a: 2 }], count: 2 }, 'rows: 2 rows × 1 column'],
    [{ a: 1 }, 'Object with 1 field'],
  ])('%j reads %s', (value, text) => {
    expect(describeValue(value)).toBe(text)
  })

  it('tells the true size of what was shortened', () => {
    expect(describeValue({ rows: [{ a: 1 }] }, { rows: 1_200 })).toBe('rows: 1,200 rows × 1 column')
    expect(describeValue('abc…', { '': 9_000 })).toBe('Text, 9,000 characters')
  })
})
