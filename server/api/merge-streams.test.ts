import { describe, expect, it } from 'vitest'
import { mergeStreams } from './merge-streams.ts'

/** A stream that is fed by hand, and knows whether its reader has let go of it. */
function handStream<Value>() {
  const waiting: ((result: IteratorResult<Value>) => void)[] = []
  const values: Value[] = []
  const state = { released: false }
  const stream: AsyncIterable<Value> = {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        new Promise((resolve) => {
          const value = values.shift()
          if (value === undefined) waiting.push(resolve)
          else resolve({ done: false, value })
        }),
      return: () => {
        state.released = true
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
  const send = (value: Value) => {
    const reader = waiting.shift()
    if (reader) reader({ done: false, value })
    else values.push(value)
  }
  return { stream, send, state }
}

async function* listOf<Value>(...values: Value[]): AsyncGenerator<Value> {
  for (const value of values) yield await Promise.resolve(value)
}

async function* failing(): AsyncGenerator<string> {
  yield await Promise.resolve('before')
  throw new Error('broken')
}

const never = new AbortController().signal

describe('mergeStreams', () => {
  it('yields everything of all streams, each in its own order, and ends with the last', async () => {
    const seen: string[] = []
    for await (const value of mergeStreams([listOf('a1', 'a2', 'a3'), listOf('b1', 'b2'), listOf<string>()], never)) {
      seen.push(value)
    }
    expect(seen.toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2'])
    expect(seen.filter((value) => value.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
  })

  it('is not held up by a stream that stays silent', async () => {
    const silent = handStream<string>()
    const busy = handStream<string>()
    const merged = mergeStreams([silent.stream, busy.stream], never)
    for (const value of ['one', 'two', 'three']) {
      busy.send(value)
      expect((await merged.next()).value).toBe(value)
    }
    silent.send('late')
    expect((await merged.next()).value).toBe('late')
  })

  it('ends when the signal aborts, though nothing comes any more', async () => {
    const stop = new AbortController()
    const merged = mergeStreams([handStream<string>().stream], stop.signal)
    const next = merged.next()
    stop.abort()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('fails with the first stream that does, after what came before', async () => {
    const merged = mergeStreams([failing(), handStream<string>().stream], never)
    expect((await merged.next()).value).toBe('before')
    await expect(merged.next()).rejects.toThrow('broken')
  })

  it('lets go of a stream whose value was taken when the reader leaves', async () => {
    const source = handStream<string>()
    source.send('one')
    source.send('two')
    const merged = mergeStreams([source.stream], never)
    await merged.next()
    await merged.return(undefined)
    await new Promise((resolve) => setImmediate(resolve))
    expect(source.state.released).toBe(true)
  })
})
