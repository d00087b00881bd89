/**
 * One stream of everything the given streams yield, in order of arrival. Ends when all have ended or the signal
 * aborts; an error of one ends it. A slow reader holds every source back by one value.
 *
 * Not a Promise.race over the sources: a source that stays silent for hours would collect one reaction per message of
 * the others.
 */
export async function* mergeStreams<Value>(
  streams: AsyncIterable<Value>[],
  signal: AbortSignal,
): AsyncGenerator<Value> {
  const arrived: { value: Value; taken: (goOn: boolean) => void }[] = []
  const state = { open: streams.length, failure: undefined as { cause: unknown } | undefined, stopped: false }
  let wake: () => void = () => undefined

  const pump = async (stream: AsyncIterable<Value>): Promise<void> => {
    try {
      for await (const value of stream) {
        if (state.stopped) return
        const goOn = await new Promise<boolean>((taken) => {
          arrived.push({ value, taken })
          wake()
        })
        if (!goOn) return
      }
    } catch (cause) {
      state.failure ??= { cause }
    } finally {
      state.open -= 1
      wake()
    }
  }

  const onAbort = () => wake()
  signal.addEventListener('abort', onAbort, { once: true })
  for (const stream of streams) void pump(stream)
  try {
    while (!signal.aborted) {
      const next = arrived[0]
      if (next) {
        yield next.value
        arrived.shift()
        next.taken(true)
      } else if (state.failure) throw state.failure.cause
      else if (state.open === 0) return
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    state.stopped = true
    signal.removeEventListener('abort', onAbort)
    for (const { taken } of arrived) taken(false)
  }
}
