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

/** From this many appends on the next flush does not wait for the runs that were just answered. */
const worthFlushing = 16

/** Carries a flush out; resolves, when the database has answered, to what answers its appends. Never rejects. */
export type Flush = (appends: readonly QueuedAppend[]) => Promise<() => void>

/**
 * Group commit: an append is flushed at once, together with the others of its turn of the event loop; those that come while
 * a flush is under way wait for its end and are the next one. With many runs there are two groups of them: while the
 * database has the appends of one, this process works on the steps of the other.
 */
export class JournalQueue {
  readonly #flush: Flush
  #waiting: QueuedAppend[] = []
  #flushing = false
  #closed: PromiseWithResolvers<void> | undefined

  constructor(flush: Flush) {
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
    let next = this.#waiting.length > 0 ? this.#flush(this.#takeGroup()) : null
    while (next) {
      const answer = await next
      next = null
      if (this.#waiting.length >= worthFlushing) {
        next = this.#flush(this.#take())
        // The statement is on its way before the runs take the time of this thread.
        await new Promise((resolve) => setImmediate(resolve))
        answer()
      } else {
        answer()
        // Lets the runs that were just answered append what follows, so that it is one flush and not two.
        await new Promise((resolve) => setImmediate(resolve))
        if (this.#waiting.length > 0) next = this.#flush(this.#takeGroup())
      }
    }
    this.#flushing = false
    this.#closed?.resolve()
  }

  /** All that waits, or half of it when that is many: the other half is the second group. */
  #takeGroup(): QueuedAppend[] {
    const count = this.#waiting.length
    return this.#take(count < worthFlushing * 2 ? count : Math.ceil(count / 2))
  }

  #take(most = this.#waiting.length): QueuedAppend[] {
    let count = 0
    let events = 0
    while (count < most && (count === 0 || events < maxEvents)) {
      events += this.#waiting[count++]!.events.length
    }
    return this.#waiting.splice(0, count)
  }
}
