import { grantPlaces, spanOf } from './grant-places.ts'
import type { LimitPlace, LimitRequest, Limits } from './limit-types.ts'

interface Asker extends LimitRequest {
  grant(place: LimitPlace | null): void
}

interface KeyState {
  held: number
  /** In order: by priority, then first come. */
  waiting: Asker[]
  /** Epoch milliseconds, ascending, as far back as any rate asked for. */
  starts: number[]
  longestSpanMs: number
  timer: NodeJS.Timeout | null
}

/** Limits of one process, for a database that has no other. */
export function createMemoryLimits(now: () => number = Date.now): Limits {
  const keys = new Map<string, KeyState>()
  let closed = false

  function look(key: string, state: KeyState): void {
    if (state.timer) clearTimeout(state.timer)
    state.timer = null
    for (let nextAt: number | null = 0; nextAt !== null && nextAt <= now();) {
      nextAt = grantSome(key, state)
      if (nextAt !== null && nextAt > now()) {
        state.timer = setTimeout(() => look(key, state), Math.ceil(nextAt - now()))
      }
    }
    forgetIfIdle(key, state)
  }

  function grantSome(key: string, state: KeyState): number | null {
    const at = now()
    while (state.starts.length > 0 && state.starts[0]! <= at - state.longestSpanMs) state.starts.shift()
    const rate = state.waiting[0]?.rate
    const since = rate ? at - spanOf(rate) : at
    const first = state.starts.findIndex((start) => start > since)
    const { granted, nextAt } = grantPlaces(state.waiting, {
      now: at,
      held: state.held,
      started: first < 0 ? 0 : state.starts.length - first,
      oldestStart: first < 0 ? null : state.starts[first]!,
    })
    for (const asker of state.waiting.splice(0, granted)) {
      state.held += 1
      if (asker.rate) state.starts.push(at)
      asker.grant(placeOf(key, state))
    }
    return nextAt
  }

  function placeOf(key: string, state: KeyState): LimitPlace {
    let released = false
    return {
      release() {
        if (released) return
        released = true
        state.held -= 1
        look(key, state)
      },
    }
  }

  function forgetIfIdle(key: string, state: KeyState): void {
    if (state.held > 0 || state.waiting.length > 0) return
    const last = state.starts.at(-1)
    if (last === undefined || last <= now() - state.longestSpanMs) keys.delete(key)
  }

  return {
    acquire(request, signal) {
      if (closed || signal.aborted) return Promise.resolve(null)
      const { key, rate, priority } = request
      const state = keys.get(key) ?? { held: 0, waiting: [], starts: [], longestSpanMs: 0, timer: null }
      keys.set(key, state)
      if (rate) state.longestSpanMs = Math.max(state.longestSpanMs, spanOf(rate))
      return new Promise((resolve) => {
        const giveUp = (): void => {
          state.waiting.splice(state.waiting.indexOf(asker), 1)
          resolve(null)
          look(key, state)
        }
        const asker: Asker = {
          ...request,
          grant(place) {
            signal.removeEventListener('abort', giveUp)
            resolve(place)
          },
        }
        const behind = state.waiting.findIndex((other) => other.priority < priority)
        state.waiting.splice(behind < 0 ? state.waiting.length : behind, 0, asker)
        signal.addEventListener('abort', giveUp, { once: true })
        look(key, state)
      })
    },
    async close() {
      closed = true
      for (const state of keys.values()) {
        if (state.timer) clearTimeout(state.timer)
        for (const asker of state.waiting.splice(0)) asker.grant(null)
      }
      keys.clear()
    },
  }
}
