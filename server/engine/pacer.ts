/** A turn of the event loop is given to the next in line after this long. */
const turnMs = 10

/**
 * Keeps runs that never wait for anything from holding up the process: ask before each piece of work, and wait when there
 * is something to wait for.
 */
export class Pacer {
  /** performance.now() at which work began in this turn of the event loop. */
  #turnStart: number | null = null
  #nextTurn: Promise<void> | null = null

  /** Undefined while there is time left in this turn, else a promise of the next one. */
  pause(): undefined | Promise<void> {
    if (this.#turnStart === null) {
      this.#turnStart = performance.now()
      this.#nextTurn = new Promise((resolve) => {
        setImmediate(() => {
          this.#turnStart = null
          resolve()
        })
      })
      return undefined
    }
    return performance.now() - this.#turnStart < turnMs ? undefined : this.#nextTurn!
  }
}
