import type { Database } from '#db/client.ts'
import { Limiter } from '../limiter.ts'
import { type Asking, lookAtKey } from './limit-statements.ts'

/** After a look that failed. */
const retryMs = 500
/** Looks at different keys; each takes one of the few connections a process has. */
const mostAtOnce = 3
const neverAborted = new AbortController().signal
/** Processes that wait for the same moment do not come at once. */
const spreadMs = 20

export interface KeyLooksOptions {
  worker(): string
  /** Whether a step of this process waits at the key. */
  isWaitedFor(key: string): boolean
  onGranted(key: string, holder: string): void
  onProblem(cause: unknown): void
}

/** What one process has to say at one key, and when it looks there next. */
interface KeyTurn {
  asking: Asking[]
  leaving: string[]
  /** The look under way. */
  looking: Promise<void> | null
  again: boolean
  timer: NodeJS.Timeout | null
}

/** The looks of one process at the lines of its keys: one at a time for each, with all that has come up since the last. */
export class KeyLooks {
  readonly #database: Database
  readonly #options: KeyLooksOptions
  readonly #transactions = new Limiter(mostAtOnce)
  readonly #turns = new Map<string, KeyTurn>()
  #closed = false

  constructor(database: Database, options: KeyLooksOptions) {
    this.#database = database
    this.#options = options
  }

  ask(key: string, asking: Asking): void {
    this.#turnOf(key).asking.push(asking)
    this.look(key)
  }

  leave(key: string, holder: string): void {
    const turn = this.#turnOf(key)
    const asked = turn.asking.findIndex((asking) => asking.holder === holder)
    if (asked < 0) turn.leaving.push(holder)
    else turn.asking.splice(asked, 1)
    this.look(key)
  }

  look(key: string): void {
    const turn = this.#turnOf(key)
    if (turn.timer) clearTimeout(turn.timer)
    turn.timer = null
    turn.again = true
    // What comes up in one go is said in one look.
    turn.looking ??= Promise.resolve().then(() => this.#lookOn(key, turn))
  }

  /** Says what is left to say. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { timer } of this.#turns.values()) if (timer) clearTimeout(timer)
    await Promise.all([...this.#turns.values()].map(async ({ looking }) => looking))
  }

  #turnOf(key: string): KeyTurn {
    let turn = this.#turns.get(key)
    if (!turn) {
      turn = { asking: [], leaving: [], looking: null, again: false, timer: null }
      this.#turns.set(key, turn)
    }
    return turn
  }

  async #lookOn(key: string, turn: KeyTurn): Promise<void> {
    let nextInMs: number | null = null
    try {
      while (turn.again) {
        turn.again = false
        nextInMs = await this.#lookOnce(key, turn)
      }
    } catch (cause) {
      this.#options.onProblem(cause)
      nextInMs = retryMs
    }
    turn.looking = null
    if (this.#closed) return
    if (turn.again) return this.look(key)
    const isDone = turn.asking.length === 0 && turn.leaving.length === 0 && !this.#options.isWaitedFor(key)
    if (isDone) this.#turns.delete(key)
    else if (nextInMs !== null) {
      turn.timer = setTimeout(() => this.look(key), Math.ceil(nextInMs + Math.random() * spreadMs))
    }
  }

  async #lookOnce(key: string, turn: KeyTurn): Promise<number | null> {
    const waiting = this.#transactions.acquire(neverAborted)
    if (waiting) await waiting
    const asking = turn.asking.splice(0)
    const leaving = turn.leaving.splice(0)
    try {
      const { granted, nextInMs } = await this.#database.transaction(({ query }) =>
        lookAtKey(query, key, this.#options.worker(), { asking, leaving }),
      )
      const worker = this.#options.worker()
      for (const row of granted) if (row.worker === worker) this.#options.onGranted(key, row.holder)
      return nextInMs
    } catch (cause) {
      // Who left meanwhile was never in line.
      turn.asking.unshift(...asking.filter(({ holder }) => !turn.leaving.includes(holder)))
      turn.leaving.unshift(...leaving)
      throw cause
    } finally {
      this.#transactions.release()
    }
  }
}
