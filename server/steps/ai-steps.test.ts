import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localScope } from '#server/auth/scope.ts'
import { createModelGateway, type ModelGateway } from '../models/gateway.ts'
import { type FakeProvider, startFakeOpenAi } from '../models/testing/fake-provider.ts'
import type { StepDefinition, StepModels } from './define-step.ts'
import { stepRegistry } from './registry.ts'
import { runStep } from './testing/run-step.ts'

let fake: FakeProvider
let gateway: ModelGateway
let models: StepModels
const invoice = readFileSync(new URL('../models/testing/invoice.png', import.meta.url))

beforeAll(async () => {
  fake = await startFakeOpenAi({ models: ['gpt-4o-mini'] })
  const connection = { name: 'openai', provider: 'openai' as const, baseUrl: fake.baseUrl, apiKey: 'sk-test' }
  gateway = createModelGateway({ connections: { resolve: () => Promise.resolve([connection]) }, localServers: [] })
  models = gateway.forScope(localScope)
})
afterAll(async () => {
  await gateway.close()
  await fake.close()
})

function step(type: string): StepDefinition {
  const definition = stepRegistry.get(type)
  if (!definition) throw new Error(`${type} is not registered`)
  return definition
}

async function run(type: string, settings: Record<string, unknown>, scope: Record<string, unknown> = {}) {
  const files = (await runStep(step('text.template'), { template: '' })).files
  await files.write('invoice.png', invoice)
  return runStep(step(type), settings, scope, { models, files })
}

const aiSteps = [...stepRegistry.values()].filter(({ manifest }) => manifest.category === 'ai')

it('registers all seven AI steps', () => {
  expect(aiSteps).toHaveLength(7)
})

describe.each(aiSteps.map((definition) => [definition.manifest.type, definition] as const))(
  'the examples of %s',
  (type, { manifest }) => {
    it.each(manifest.examples.map((example) => [example.title, example] as const))('%s', async (_title, example) => {
      const { output, ports } = await run(type, example.with, example.scope)
      expect(ports).toEqual(['out'])
      expect(output).toMatchObject((example.output ?? {}) as object)
    })
  },
)

describe('ai.classify', () => {
  it('sorts real messages by mood and by topic without any example', async () => {
    const moods: [string, string][] = [
      ['I want my money back, this is outrageous', 'angry'],
      ['The package arrived on Monday', 'neutral'],
      ['What a lovely product, thank you!', 'happy'],
      ['Order 1123 shipped', 'neutral'],
      ['Great service, fast and friendly', 'happy'],
      ['This broke after two days, terrible', 'angry'],
    ]
    const topics: [string, string][] = [
      ['The app crashes when I open it', 'bug'],
      ['Please add dark mode', 'feature request'],
      ['How much does the pro plan cost?', 'pricing'],
      ['My invoice is wrong', 'billing'],
    ]
    for (const [cases, labels] of [
      [moods, ['angry', 'neutral', 'happy']],
      [topics, ['billing', 'bug', 'feature request', 'pricing']],
    ] as const) {
      const items = cases.map(([text]) => text)
      const { output } = await run('ai.classify', { items: '{{ items }}', labels: [...labels] }, { items })
      const found = (output as { items: { label: string }[] }).items.map(({ label }) => label)
      expect(found).toEqual(cases.map(([, label]) => label))
    }
  })

  it('gives scores that add up to one, best first', async () => {
    const { output } = await run('ai.classify', { text: 'Hello', labels: ['a', 'b', 'c'] })
    const { scores, label, score } = output as { scores: Record<string, number>; label: string; score: number }
    const values = Object.values(scores)
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 2)
    expect(values).toEqual([...values].sort((left, right) => right - left))
    expect(scores[label]).toBe(score)
  })
})

describe('lists', () => {
  it.each(['ai.embed', 'ai.sentiment', 'ai.entities', 'ai.classify', 'ai.search'])(
    '%s takes an empty one, and names the fields when one is missing',
    async (type) => {
      const more = type === 'ai.classify' ? { labels: ['a', 'b'] } : type === 'ai.search' ? { query: 'x' } : {}
      const { output } = await run(type, { items: '{{ items }}', ...more }, { items: [] })
      const { items, vectors } = output as { items?: unknown[]; vectors?: unknown[] }
      expect(items ?? vectors).toEqual([])
      const bad = run(type, { items: '{{ items }}', field: 'text', ...more }, { items: [{ title: 'x' }] })
      await expect(bad).rejects.toMatchObject({ code: 'invalid-config', info: { fix: 'Its fields are: title.' } })
    },
  )

  it('ai.search keeps order among equals, limits, and drops what is below the minimum', async () => {
    const items = [
      { id: 1, text: 'dog' },
      { id: 2, text: 'dog' },
      { id: 3, text: 'tax law' },
    ]
    const { output, deltas } = await run(
      'ai.search',
      { items: '{{ items }}', field: 'text', query: 'dog', minimum: 0.9 },
      { items },
    )
    expect(output).toMatchObject({ items: [{ id: 1 }, { id: 2 }], best: { id: 1, score: 1 } })
    expect(deltas.at(-1)).toEqual({ kind: 'progress', done: 3, total: 3 })
  })
})

it('ai.ocr reads the text of a picture in the workspace files', async () => {
  const { output } = await run('ai.ocr', { file: 'invoice.png' })
  expect(output).toMatchObject({ text: expect.stringContaining('Total due: $248.50') })
  await expect(run('ai.ocr', { file: 'no-such.png' })).rejects.toMatchObject({ code: 'file-not-found' })
})

describe('ai.generate', () => {
  it('streams text to the card and gives the text and what it cost', async () => {
    fake.next({ text: ['Ada ', 'did.'], usage: { inputTokens: 1_000_000, outputTokens: 1_000_000 } })
    const { output, deltas } = await run('ai.generate', {
      model: 'openai/gpt-4o-mini',
      prompt: 'Who?',
      system: 'Be brief',
    })
    expect(deltas).toEqual([
      { kind: 'text', text: 'Ada ' },
      { kind: 'text', text: 'did.' },
    ])
    expect(output).toEqual({
      text: 'Ada did.',
      usage: {
        model: 'gpt-4o-mini',
        provider: 'openai',
        inputTokens: 1_000_000,
        outputTokens: 1_000_000,
        costUsd: expect.closeTo(0.75, 5),
      },
    })
  })

  it('gives an object with a schema', async () => {
    const schema = { type: 'object', properties: { mood: { enum: ['good', 'bad'] } }, required: ['mood'] }
    const { output } = await run('ai.generate', { prompt: 'Mood?', schema })
    expect(output).toMatchObject({ object: { mood: 'good' }, usage: { model: 'gpt-4o-mini' } })
    expect(output).not.toHaveProperty('text')
  })

  it('refuses a schema that is none before asking anybody', async () => {
    const before = fake.requests.length
    await expect(run('ai.generate', { prompt: 'x', schema: { type: 'nonsense' } })).rejects.toMatchObject({
      code: 'invalid-config',
    })
    expect(fake.requests).toHaveLength(before)
  })
})
