import { describe, expect, it } from 'vitest'
import { testManifests } from '#components/editor/testing.ts'
import type { StepManifest } from '#pipeline/manifest.ts'
import { briefOf, searchSteps } from './step-search.ts'

const [base] = testManifests.values()
const manifests = new Map<string, StepManifest>(
  (
    [
      {
        type: 'ai.sentiment',
        title: 'Sentiment',
        category: 'ai',
        keywords: ['mood'],
        docs: 'Tells `praise` from complaint. More.',
      },
      { type: 'data.filter', title: 'Filter', category: 'data', keywords: ['where'], docs: 'Keeps items.' },
      {
        type: 'data.csv',
        title: 'Read CSV',
        category: 'data',
        keywords: ['table', 'filter rows'],
        docs: 'Reads v1.5 files. Then more',
      },
    ] satisfies Partial<StepManifest>[]
  ).map((change) => [change.type, { ...base!, ...change }]),
)
const types = (search: string): string[] => searchSteps(manifests, search).map(({ type }) => type)

describe('searchSteps', () => {
  it('lists everything by category when nothing is typed', () => {
    expect(types(' ')).toEqual(['data.filter', 'data.csv', 'ai.sentiment'])
  })

  it('finds by title first, then by keyword, and wants every word', () => {
    expect(types('filter')).toEqual(['data.filter', 'data.csv'])
    expect(types('MOOD')).toEqual(['ai.sentiment'])
    expect(types('read table')).toEqual(['data.csv'])
    expect(types('read mood')).toEqual([])
  })
})

describe('briefOf', () => {
  it('is the first sentence without Markdown', () => {
    expect(briefOf(manifests.get('ai.sentiment')!)).toBe('Tells praise from complaint.')
    expect(briefOf(manifests.get('data.csv')!)).toBe('Reads v1.5 files.')
  })
})
