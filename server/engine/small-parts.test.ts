import { describe, expect, it, vi } from 'vitest'
import { Batcher } from './batcher.ts'
import { createMemoryBlobs } from '#server/blobs/blobs.ts'
import { Limiter } from './limiter.ts'
import { Redactor } from './redactor.ts'
import { createStepCache, stepCacheKey } from './step-cache.ts'
import { Timers } from './timers.ts'
import { createValueStore } from './value-store.ts'

describe('Limiter', () => {
  it('lets through as many as it may, the others in line, and passes over those that gave up', async () => {
    const limiter = new Limiter(1)
    const gaveUp = new AbortController()
    const { signal } = new AbortController()
    expect(limiter.acquire(signal)).toBeUndefined()
    const second = limiter.acquire(gaveUp.signal)
    const third = limiter.acquire(signal)
    gaveUp.abort()
    expect(await second).toBe(false)
    limiter.release()
    expect(await third).toBe(true)
    expect(limiter.held).toBe(1)
    limiter.release()
    expect(limiter.held).toBe(0)
  })

  it('lets those of higher priority go first, those of equal priority as they came', async () => {
    const limiter = new Limiter(1)
    const { signal } = new AbortController()
    const gaveUp = new AbortController()
    const order: string[] = []
    void limiter.acquire(signal)
    const waits = [
      ['a', 0],
      ['low', -5],
      ['high', 5],
      ['b', 0],
      ['higher', 9],
    ] as const
    const all = waits.map(async ([name, priority]) => {
      await limiter.acquire(signal, priority)
      order.push(name)
      limiter.release()
    })
    const impatient = limiter.acquire(gaveUp.signal, 7)
    gaveUp.abort()
    expect(await impatient).toBe(false)
    limiter.release()
    await Promise.all(all)
    expect(order).toEqual(['higher', 'high', 'a', 'b', 'low'])
    expect(limiter.held).toBe(0)
  })
})

describe('Timers', () => {
  it('rings in order of time, not those that were forgotten, with one timeout at a time', () => {
    vi.useFakeTimers({ now: 0 })
    try {
      const timers = new Timers()
      const rung: number[] = []
      const ring = (at: number) => timers.schedule(at, () => rung.push(at))
      for (const at of [50, 10, 40, 30, 20, 60]) ring(at)
      ring(25)()
      expect(vi.getTimerCount()).toBe(1)
      vi.advanceTimersByTime(35)
      expect(rung).toEqual([10, 20, 30])
      ring(36)
      vi.advanceTimersByTime(1)
      expect(rung.at(-1)).toBe(36)
      // Longer than setTimeout can.
      ring(3_000_000_000)
      vi.advanceTimersByTime(2_999_999_000)
      expect(rung).toEqual([10, 20, 30, 36, 40, 50, 60])
      vi.advanceTimersByTime(2_000)
      expect(rung.at(-1)).toBe(3_000_000_000)
      ring(3_000_002_000)
      timers.close()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('Batcher', () => {
  it('does together what is asked for together, and what comes meanwhile next', async () => {
    const batches: number[][] = []
    const first = Promise.withResolvers<void>()
    const batcher = new Batcher<number, number>(async (items) => {
      batches.push(items)
      if (batches.length === 1) await first.promise
      return items.map((item) => item * 2)
    })
    const early = [batcher.add(1), batcher.add(2)]
    await vi.waitFor(() => expect(batches).toHaveLength(1))
    const late = [batcher.add(3), batcher.add(4)]
    first.resolve()
    expect(await Promise.all([...early, ...late])).toEqual([2, 4, 6, 8])
    expect(batches).toEqual([
      [1, 2],
      [3, 4],
    ])
    await batcher.idle()
  })

  it('fails those of a batch that failed, and only those', async () => {
    const batcher = new Batcher<number, number>(async (items) => {
      if (items.includes(0)) throw new Error('zero')
      return items
    }, 1)
    const settled = await Promise.allSettled([batcher.add(0), batcher.add(1)])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  })
})

describe('Redactor', () => {
  it('learns the secrets of the workspace, but no words that people enter where no key is wanted', async () => {
    const redactor = new Redactor()
    const values = vi.fn(async () => ['sk-0123456789', 'lm-studio'])
    const secrets = { get: async () => undefined, values }
    await Promise.all([redactor.learn(secrets), redactor.learn(secrets)])
    expect(values).toHaveBeenCalledTimes(1)
    expect(redactor.text('lm-studio has sk-0123456789')).toBe('lm-studio has [secret]')
    const broken = new Redactor()
    await broken.learn({ ...secrets, values: () => Promise.reject(new Error('the key of the keys is gone')) })
    expect(broken.text('sk-0123456789')).toBe('sk-0123456789')
  })

  it('hides secrets in texts, keys and errors, and leaves the rest as it is', () => {
    const redactor = new Redactor()
    const clean = { a: ['b'] }
    expect(redactor.value(clean)).toBe(clean)
    redactor.add('hush-hush')
    redactor.add('abc')
    expect(redactor.value({ 'x hush-hush': ['hush-hush!', 1, null, 'abc'] })).toEqual({
      'x [secret]': ['[secret]!', 1, null, 'abc'],
    })
    expect(
      redactor.error({ code: 'request-failed', message: 'no hush-hush', details: { url: '?k=hush-hush' } }),
    ).toEqual({
      code: 'request-failed',
      message: 'no [secret]',
      details: { url: '?k=[secret]' },
    })
  })
})

describe('the value store', () => {
  it('keeps small values in the event and big ones as blobs', async () => {
    const blobs = createMemoryBlobs()
    const values = createValueStore(blobs)
    expect(values.store({ a: 1 })).toEqual({ value: { a: 1 } })
    const rows = Array.from({ length: 3_000 }, (_, id) => ({ id, name: `row ${id}` }))
    const stored = await values.store(rows)
    expect(stored).toMatchObject({ blob: expect.any(String), bytes: JSON.stringify(rows).length })
    expect(await values.load(stored)).toEqual(rows)
    // As after a restart: nothing in memory.
    expect(await createValueStore(blobs).load(stored)).toEqual(rows)
  })
})

describe('the step cache', () => {
  const cached = { output: { value: 1 }, ports: ['out'] }

  it('keeps outputs of slow steps by workspace and key, and does not bother with quick ones', async () => {
    const cache = createStepCache()
    expect(cache.pays('slow')).toBe(true)
    cache.write('w', 'slow', 'k', 80, cached)
    expect(await cache.read('w', 'k')).toEqual(cached)
    expect(await cache.read('other', 'k')).toBeUndefined()
    cache.write('w', 'quick', 'q', 0.1, cached)
    expect(cache.pays('quick')).toBe(false)
    expect(await cache.read('w', 'q')).toBeUndefined()
  })

  it('stores what took long, and finds it again in another process', async () => {
    const stored = new Map<string, typeof cached>()
    const at = Date.now()
    const store = {
      read: async (workspaceId: string, key: string) => {
        const found = stored.get(workspaceId + key)
        return found && { ...found, at }
      },
      write: async (workspaceId: string, key: string, output: typeof cached) =>
        void stored.set(workspaceId + key, output),
    }
    createStepCache(store).write('w', 't', 'k', 100, cached)
    createStepCache(store).write('w', 't', 'short', 10, cached)
    const other = createStepCache(store)
    expect(await other.read('w', 'k')).toEqual(cached)
    expect(await other.read('w', 'short')).toBeUndefined()
  })

  it('keeps what is asked for however quick it was, and gives nothing that is too old', async () => {
    let now = 1_000
    const cache = createStepCache(undefined, () => now)
    cache.write('w', 't', 'other', 0.1, cached)
    await cache.keep('w', 'k', cached)
    now += 60_000
    expect(await cache.read('w', 'k', 60_001)).toEqual(cached)
    expect(await cache.read('w', 'k', 60_000)).toBeUndefined()
    expect(await cache.read('w', 'k')).toEqual(cached)
    await cache.keep('w', 'k', { ...cached, ports: ['again'] })
    expect(await cache.read('w', 'k', 1)).toMatchObject({ ports: ['again'] })
  })

  it('tells apart everything an output depends on', () => {
    const base = { type: 't', version: 1, config: { a: 1 }, inputs: [] }
    const keys = [base, { ...base, version: 2 }, { ...base, config: { a: 2 } }, { ...base, names: { x: 1 } }].map(
      stepCacheKey,
    )
    expect(new Set(keys).size).toBe(4)
    expect(stepCacheKey({ ...base })).toBe(keys[0])
  })
})
