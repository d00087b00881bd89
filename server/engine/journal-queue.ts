import { OrchestratorError } from '#pipeline/errors.ts'
import type { RunEvent } from '#pipeline/events.ts'
import type { RunChange } from './journal-types.ts'

/** An append that waits for its flush. */
export interface QueuedAppend {
  runId: string
  epoch: number
  events: readonly RunEvent[]
  change: RunChange | undefined
  /** Epoch milliseconds. */
  at: number
  resolve: (seq: number) => void
  reject: (error: unknown) => void
}

/** A flush takes at least one append, and more until it has this many events: bounds the statement, not the rate. */
const maxEvents = 2_000

/**
 * Group commit: an append is flushed at once, together with the others of its turn of the event loop; those that come while
 * a flush is under way wait for its end and are the next one. `flush` must settle every append and never reject.
 */
export class JournalQueue {
  readonly #flush: (appends: readonly QueuedAppend[]) => Promise<void>
  #waiting: QueuedAppend[] = []
  #flushing = false
  #closed: PromiseWithResolvers<void> | undefined

  constructor(flush: (appends: readonly QueuedAppend[]) => Promise<void>) {
    this.#flush = flush
  }

  add(runId: string, epoch: number, events: readonly RunEvent[], change: RunChange | undefined): Promise<number> {
    if (this.#closed) {
      const message = `the journal is closed: cannot append to run ${runId}`
      return Promise.reject(new OrchestratorError('database-unavailable', message, { retryable: false }))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ runId, epoch, events, change, at: Date.now(), resolve, reject })
      if (!this.#flushing) {
        this.#flushing = true
        setImmediate(() => void this.#drain())
      }
    })
  }

  /** Resolves when all that was added has been flushed. */
  close(): Promise<void> {
    this.#closed ??= Promise.withResolvers()
    if (!this.#flushing) this.#closed.resolve()
    return this.#closed.promise
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#flush(this.#take())
      // Lets the runs that were just answered append what follows, so that it is one flush and not two.
      if (this.#waiting.length < maxEvents) await new Promise((resolve) => setImmediate(resolve))
    }
    this.#flushing = false
    this.#closed?.resolve()
  }

  #take(): QueuedAppend[] {
    let count = 0
    let events = 0
    while (count < this.#waiting.length && (count === 0 || events < maxEvents)) {
      events += this.#waiting[count++]!.events.length
    }
    return this.#waiting.splice(0, count)
  }
}
