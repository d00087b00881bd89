/** A value that is fetched at first use, served from memory, and fetched again in the background once it is old. */
export interface Refreshed<Value> {
  /** The value at hand, however old; waits only when there is none yet. */
  get(): Promise<Value>
  /** Asks again and waits for it. */
  refresh(): Promise<Value>
}

/** `load` must not reject. Calls that come while it is under way share it. */
export function createRefreshed<Value>(load: () => Promise<Value>, maxAgeMs: number): Refreshed<Value> {
  let known: { value: Value; at: number } | undefined
  let loading: Promise<Value> | undefined

  const refresh = () =>
    (loading ??= load()
      .then((value) => {
        known = { value, at: performance.now() }
        return value
      })
      .finally(() => {
        loading = undefined
      }))

  return {
    get() {
      if (!known) return refresh()
      if (performance.now() - known.at > maxAgeMs) void refresh()
      return Promise.resolve(known.value)
    },
    refresh,
  }
}
