/** setTimeout takes no more than this many milliseconds. */
const longestSleepMs = 2_147_483_647

interface Timer {
  at: number
  run: (() => void) | null
}

/** Alarms at points in time (epoch milliseconds): one timeout that sleeps until the next is due, however many there are. */
export class Timers {
  #heap: Timer[] = []
  /** Timers in the heap that were forgotten. */
  #forgotten = 0
  readonly #now: () => number
  #sleep: { until: number; timeout: NodeJS.Timeout } | null = null

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Calls `run` once at or soon after `at`; returns the function that forgets it. */
  schedule(at: number, run: () => void): () => void {
    const timer: Timer = { at, run }
    this.#push(timer)
    this.#arm()
    return () => {
      if (timer.run === null) return
      timer.run = null
      // It stays in the heap: taking it out would cost a search. When most of the heap is like that, all go at once.
      this.#forgotten += 1
      if (this.#forgotten > 1_000 && this.#forgotten * 2 > this.#heap.length) this.#sweep()
    }
  }

  close(): void {
    this.#heap.length = 0
    if (this.#sleep) clearTimeout(this.#sleep.timeout)
    this.#sleep = null
  }

  #arm(): void {
    const next = this.#heap[0]
    if (!next || (this.#sleep && this.#sleep.until <= next.at)) return
    if (this.#sleep) clearTimeout(this.#sleep.timeout)
    const sleepMs = Math.min(Math.max(0, next.at - this.#now()), longestSleepMs)
    this.#sleep = { until: next.at, timeout: setTimeout(() => this.#ring(), Math.ceil(sleepMs)) }
  }

  #ring(): void {
    this.#sleep = null
    const now = this.#now()
    for (let next = this.#heap[0]; next && next.at <= now; next = this.#heap[0]) {
      this.#pop()
      const { run } = next
      next.run = null
      if (run) run()
      else this.#forgotten -= 1
    }
    this.#arm()
  }

  #sweep(): void {
    const kept = this.#heap.filter(({ run }) => run !== null)
    this.#heap = []
    this.#forgotten = 0
    for (const timer of kept) this.#push(timer)
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let index = heap.push(timer) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (heap[parent]!.at <= timer.at) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = timer
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let index = 0
    for (;;) {
      let child = index * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1
      if (heap[child]!.at >= last.at) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
  }
}
