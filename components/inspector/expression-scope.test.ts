import { keyOf, openTestEditor, pipelineOf } from '#components/editor/testing.ts'
import type { FeedTransport } from '#components/runs/feed-transport.ts'
import { RunFeed } from '#components/runs/run-feed.ts'
import type { RunEvent } from '#pipeline/events.ts'
import { manifests } from '#server/steps/registry.ts'
import { describe, expect, it } from 'vitest'
import { type ScopeName, scopeNames } from './expression-scope.ts'

const document = pipelineOf(
  [
    { id: 'load', type: 'data.json', with: { text: '[]' } },
    {
      id: 'each',
      type: 'flow.map',
      needs: ['load'],
      with: { items: '{{ load }}', result: '{{ item }}' },
      steps: [
        { id: 'mood', type: 'ai.sentiment', with: { text: '{{ item }}' } },
        { id: 'say', type: 'text.template', needs: ['mood'], with: { template: '{{ mood.label }}' } },
      ],
    },
    { id: 'keep', type: 'data.filter', needs: ['each'], with: { items: '{{ each.items }}', where: 'item' } },
    { id: 'apart', type: 'text.template', with: { template: 'x' } },
  ],
  { inputs: { topic: { type: 'text', default: 'birds' }, size: { type: 'number' } } },
)

const events: RunEvent[] = [
  { type: 'run-started', inputs: { size: 3 } },
  { type: 'step-started', path: 'load', attempt: 1 },
  {
    type: 'step-succeeded',
    path: 'load',
    attempt: 1,
    output: { blob: 'b1', bytes: 90_000, preview: ['bad'], lengths: { '': 700 } },
    ports: ['out'],
    durationMs: 1,
  },
  { type: 'step-started', path: 'each', attempt: 1 },
  { type: 'map-expanded', path: 'each', items: { value: ['bad', 'good', 'fine'] }, count: 3, concurrency: 1 },
  {
    type: 'item-finished',
    path: 'each[0]',
    error: { code: 'step-failed', message: 'no', step: 'each[0].mood' },
  },
  {
    type: 'step-succeeded',
    path: 'each[1].mood',
    attempt: 1,
    output: { value: { label: 'positive' } },
    ports: ['out'],
    durationMs: 1,
  },
  {
    type: 'step-succeeded',
    path: 'each[2].mood',
    attempt: 1,
    output: { value: { label: 'neutral' } },
    ports: ['out'],
    durationMs: 1,
  },
  { type: 'step-started', path: 'keep', attempt: 1, inputs: { items: [{ a: 1 }], where: 'item' } },
]

async function openFeed(): Promise<RunFeed> {
  const entries = events.map((event, index) => ({ seq: index + 1, at: 1_000 * index, event }))
  const transport: FeedTransport = {
    entries: () => Promise.resolve({ entries, nextSeq: null }),
    overview: () => Promise.reject(new Error('the journal is short')),
    items: () => Promise.reject(new Error('the journal is short')),
    watch: () => () => undefined,
  }
  const feed = new RunFeed('run1', transport)
  await Promise.resolve()
  await Promise.resolve()
  return feed
}

const editor = openTestEditor(document, { manifests })
const named = (names: ScopeName[]) => Object.fromEntries(names.map((entry) => [entry.name, entry]))

describe('what expressions of a step may read', () => {
  it('has names, but no values, without a run', () => {
    const names = named(scopeNames(editor, null, keyOf(editor, 'keep'), 'items'))
    expect(Object.keys(names)).toEqual(['load', 'each', 'apart', 'inputs', 'run'])
    expect(names.load!.value).toBeUndefined()
    expect(names.inputs!.value).toEqual({ topic: 'birds', size: null })
    expect(names.apart!.upstream).toBe(false)
    expect(names.load!.upstream).toBe(true)
  })

  it('has the values of the run, and says which are only a part', async () => {
    const names = named(scopeNames(editor, await openFeed(), keyOf(editor, 'keep'), 'items'))
    expect(names.load).toMatchObject({
      value: ['bad'],
      whole: { runPath: 'load', bytes: 90_000, lengths: { '': 700 } },
    })
    expect(names.inputs!.value).toEqual({ topic: 'birds', size: 3 })
    expect(names.run!.value).toEqual({ id: 'run1', started_at: '1970-01-01T00:00:00.000Z' })
  })

  it('takes all values in a body from one item, one that did not fail', async () => {
    const names = named(scopeNames(editor, await openFeed(), keyOf(editor, 'each.say'), 'template'))
    expect(names.item!.value).toBe('good')
    expect(names.index!.value).toBe(1)
    expect(names.mood!.value).toEqual({ label: 'positive' })
    expect(names.load!.upstream).toBe(true)
  })

  it('offers item and index only where a field is asked for each of them', async () => {
    const feed = await openFeed()
    const where = named(scopeNames(editor, feed, keyOf(editor, 'keep'), 'where'))
    expect(where.item!.value).toEqual({ a: 1 })
    expect(where.index!.value).toBe(0)
    expect(named(scopeNames(editor, feed, keyOf(editor, 'keep'), 'items')).item).toBeUndefined()
  })

  it('offers the body to the result of a container, and not to its items', async () => {
    const feed = await openFeed()
    const result = named(scopeNames(editor, feed, keyOf(editor, 'each'), 'result'))
    expect(result.mood).toMatchObject({ value: { label: 'positive' }, upstream: true })
    expect(result.item!.value).toBe('good')
    const items = named(scopeNames(editor, feed, keyOf(editor, 'each'), 'items'))
    expect(items.mood).toBeUndefined()
    expect(items.item).toBeUndefined()
  })

  it('offers every step of the graph to the outputs', () => {
    expect(Object.keys(named(scopeNames(editor, null, null)))).toEqual([
      'load',
      'each',
      'keep',
      'apart',
      'inputs',
      'run',
    ])
  })
})
