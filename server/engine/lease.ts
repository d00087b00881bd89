/**
 * How long a worker may be sure that its runs are its own. Others take them only after it has said nothing for `silentMs`; it
 * may begin nothing that can be seen from outside once it has been silent for three quarters of that: frozen (SIGSTOP, a machine
 * that sleeps) and thawed, it asks first. By both clocks: the steady one stands still while a machine sleeps, the other one may
 * be set.
 */
export class Lease {
  readonly #lengthMs: number
  #until = { steady: 0, wall: 0 }
  #waiting = Promise.withResolvers<void>()

  constructor(silentMs: number) {
    this.#lengthMs = silentMs * 0.75
  }

  /** A moment, to be given to `renew` once it is known that the database heard of us after it. */
  static now(): { steady: number; wall: number } {
    return { steady: performance.now(), wall: Date.now() }
  }

  get isValid(): boolean {
    return performance.now() < this.#until.steady && Date.now() < this.#until.wall
  }

  renew({ steady, wall }: { steady: number; wall: number }): void {
    this.#until = { steady: steady + this.#lengthMs, wall: wall + this.#lengthMs }
    this.#waiting.resolve()
    this.#waiting = Promise.withResolvers()
  }

  /** The others may think that we are gone. */
  end(): void {
    this.#until = { steady: 0, wall: 0 }
  }

  /** At once (undefined) while it is valid, else once it is again or the signal aborts. */
  valid(signal: AbortSignal): undefined | Promise<void> {
    return this.isValid ? undefined : this.#wait(signal)
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>()
    const onAbort = (): void => aborted.resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    while (!this.isValid && !signal.aborted) await Promise.race([this.#waiting.promise, aborted.promise])
    signal.removeEventListener('abort', onAbort)
  }
}
