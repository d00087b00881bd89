/** Lets a number of holders through at a time; the others wait in line. */
export class Limiter {
  readonly #limit: number
  #held = 0
  readonly #waiting = new Set<() => void>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get held(): number {
    return this.#held
  }

  /** Takes a place at once (undefined), or resolves when there is one. An aborted wait resolves to false, without a place. */
  acquire(signal: AbortSignal): undefined | Promise<boolean> {
    if (this.#held < this.#limit) {
      this.#held += 1
      return undefined
    }
    return new Promise((resolve) => {
      const grant = (): void => {
        signal.removeEventListener('abort', refuse)
        resolve(true)
      }
      const refuse = (): void => {
        this.#waiting.delete(grant)
        resolve(false)
      }
      this.#waiting.add(grant)
      signal.addEventListener('abort', refuse, { once: true })
    })
  }

  /** Gives a place back: to the first in line, if there is one. */
  release(): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next)
      next()
      return
    }
    this.#held -= 1
  }
}
