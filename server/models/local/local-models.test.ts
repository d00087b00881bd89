import { afterAll, describe, expect, it } from 'vitest'
import { createLocalModels } from './local-models.ts'

const models = createLocalModels()
afterAll(() => models.close())

/** The machine may be busy with other tests. */
const patiently = { timeout: 20_000 }

const cosine = (left: number[], right: number[]) => left.reduce((sum, value, index) => sum + value * right[index]!, 0)

describe('embeddings', () => {
  it('gives unit vectors that are closer for texts of the same meaning', async () => {
    const [parcel, delivery, recipe] = await models.embed([
      'My parcel has not arrived yet',
      'The delivery is late',
      'Whisk the eggs with the sugar',
    ])
    expect(parcel).toHaveLength(512)
    expect(Math.hypot(...parcel!)).toBeCloseTo(1, 4)
    expect(cosine(parcel!, delivery!)).toBeGreaterThan(cosine(parcel!, recipe!) + 0.2)
  })

  it('gives the same vector alone, in a batch and in a fresh thread', async () => {
    const text = 'The same words always mean the same numbers.'
    const fresh = createLocalModels()
    try {
      const [[alone], [, inBatch], [later]] = await Promise.all([
        models.embed([text]),
        fresh.embed(['something else', text]),
        models.embed([text]),
      ])
      expect(later).toEqual(alone)
      for (const [index, value] of alone!.entries()) expect(inBatch![index]).toBeCloseTo(value, 5)
    } finally {
      await fresh.close()
    }
  })

  it('keeps order and gives zeros for blank texts, also when there is nothing else', async () => {
    const [blank, cat, space] = await models.embed(['', 'cat', '  \n'])
    expect(blank).toEqual(space)
    expect(Math.hypot(...blank!)).toBe(0)
    expect(Math.hypot(...cat!)).toBeCloseTo(1, 4)
    expect(await models.embed([''])).toEqual([blank])
    expect(await models.embed([])).toEqual([])
  })

  it('reads long texts in pieces', async () => {
    const long = 'The parcel has not arrived. '.repeat(100)
    const [vector, same, other] = await models.embed([long, 'The parcel has not arrived.', 'Whisk the eggs'])
    expect(Math.hypot(...vector!)).toBeCloseTo(1, 4)
    expect(cosine(vector!, same!)).toBeGreaterThan(cosine(vector!, other!) + 0.3)
  })

  it('leaves the main thread free while it works', async () => {
    let ticks = 0
    const ticking = setInterval(() => (ticks += 1), 5)
    await models.embed(Array.from({ length: 128 }, (_, index) => `Sentence number ${index} about the weather in May`))
    clearInterval(ticking)
    expect(ticks).toBeGreaterThan(20)
  })
})

describe('sentiment', () => {
  it('tells praise from complaint', async () => {
    const [praise, complaint, fact, blank] = await models.sentiment([
      'I love it, wonderful work!',
      'Terrible. I hate this and want my money back.',
      'The meeting is on Monday.',
      '',
    ])
    expect(praise).toMatchObject({ label: 'positive' })
    expect(complaint).toMatchObject({ label: 'negative' })
    expect(fact).toEqual({ label: 'neutral', score: 0 })
    expect(blank).toEqual({ label: 'neutral', score: 0 })
  })
})

describe('entities', () => {
  it('finds names, dates, money and addresses where they are in the text', async () => {
    const text = 'Dr. Marie Curie paid $1,200.50 on 3 May 2024.\n\nMail bob@example.com 😀 or see https://x.org/a?b=1'
    const [found] = await models.entities([text])
    for (const { value, start, end } of found!) expect(text.slice(start, end)).toBe(value)
    expect(found).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ value: 'Dr. Marie Curie', type: 'name' }),
        expect.objectContaining({ value: '$1,200.50', type: 'money' }),
        expect.objectContaining({ value: '3 May 2024', type: 'date' }),
        expect.objectContaining({ value: 'bob@example.com', type: 'email' }),
        expect.objectContaining({ value: 'https://x.org/a?b=1', type: 'url' }),
      ]),
    )
  })
})

describe('the thread', () => {
  it('stops waiting when aborted and goes on serving others', async () => {
    const controller = new AbortController()
    const many = models.embed(
      Array.from({ length: 2_000 }, (_, index) => `Row ${index} of a long list`),
      { signal: controller.signal },
    )
    controller.abort()
    await expect(many).rejects.toMatchObject({ code: 'step-cancelled' })
    await expect(models.embed(['x'], { signal: controller.signal })).rejects.toMatchObject({ code: 'step-cancelled' })
    expect(await models.embed(['still here'])).toHaveLength(1)
  })

  it('ends when idle and starts again', async () => {
    const brief = createLocalModels({ idleMs: 20 })
    await brief.sentiment(['fine'])
    await expect.poll(() => brief.isLoaded, patiently).toBe(false)
    expect(await brief.sentiment(['fine'])).toHaveLength(1)
    await brief.close()
  })
})
